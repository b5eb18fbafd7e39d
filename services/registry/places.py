"""Where a service is offered, in the shape of HSDS 3.1: locations, addresses, opening hours, languages."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from services.registry.queries.listings import Line
from services.registry.rules import offers
from services.registry.schemas import directory as schemas
from services.registry.tables import Listing
from services.registry.terms import directory_id

# Autonyms of languages that services here are offered in; another is shown by its tag.
AUTONYMS: Mapping[str, str] = {
    "zh": "中文", "ug": "ئۇيغۇرچە", "kk": "قازاقشا", "ky": "кыргызча", "mn": "монгол", "bo": "བོད་སྐད", "ii": "ꆈꌠꉙ",
    "za": "Vahcuengh", "ko": "한국어", "uz": "oʻzbekcha", "tg": "тоҷикӣ", "ru": "русский", "en": "English",
}  # fmt: skip


def at_location_summary(line: Line) -> schemas.AtLocationSummary:
    """An offer at its location in a list."""
    listing = line.listing
    return schemas.AtLocationSummary(
        id=listing.at_location_id,
        service_id=listing.id,
        location_id=_location_id(listing),
        description=_description(line),
        location=_location_summary(line),
    )


def at_location(line: Line, divisions: Mapping[str, str]) -> schemas.AtLocation:
    """An offer at its location with all related data."""
    listing = line.listing
    return schemas.AtLocation(
        id=listing.at_location_id,
        service_id=listing.id,
        location_id=_location_id(listing),
        description=_description(line),
        schedules=[_schedule(listing, hours) for hours in listing.hours],
        location=schemas.Location(
            **_location_summary(line).model_dump(),
            languages=languages(listing, "location_id", _location_id(listing)),
            addresses=[_address(listing, divisions)],
        ),
    )


def languages(listing: Listing, member: Literal["service_id", "location_id"], owner: UUID) -> list[schemas.Language]:
    """The languages of an offer."""
    return [
        schemas.Language.model_validate(
            {
                "id": directory_id("language", f"{owner}|{code}"),
                member: owner,
                "name": AUTONYMS.get(code, code),
                "code": code,
            }
        )
        for code in listing.languages
    ]


def _location_id(listing: Listing) -> UUID:
    return directory_id("location", str(listing.id))


def _description(line: Line) -> str:
    return f"{line.service.name_zh} ({line.service.name_en}), {line.listing.place}"


def _location_summary(line: Line) -> schemas.LocationSummary:
    listing = line.listing
    return schemas.LocationSummary(
        id=_location_id(listing),
        organization_id=directory_id("organization", listing.organization),
        name=listing.place,
        external_identifier=listing.district,
    )


def _schedule(listing: Listing, hours: str) -> schemas.Schedule:
    days, opens, closes = offers.opening(hours)
    return schemas.Schedule(
        id=directory_id("schedule", f"{listing.id}|{hours}"),
        service_at_location_id=listing.at_location_id,
        byday=days,
        opens_at=opens,
        closes_at=closes,
    )


def _address(listing: Listing, divisions: Mapping[str, str]) -> schemas.Address:
    province, city, district = (divisions.get(listing.district[:digits], "") for digits in (2, 4, 6))
    return schemas.Address(
        id=directory_id("address", str(listing.id)),
        location_id=_location_id(listing),
        address_1=listing.address,
        city=city,
        region=district,
        state_province=province,
        postal_code=listing.postal_code,
    )
