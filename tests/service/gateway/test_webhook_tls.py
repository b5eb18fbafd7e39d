"""The partner's certificate is held against the name that was registered, though the connection is to an IP address."""

import ssl

import httpx
import pytest
import trustme

from gateway.webhooks import deliver, queries
from gateway.webhooks.tables import Message
from tests.service.gateway.place import Place
from tests.support import receiver

AUTHORITY = trustme.CA()


async def tried(place: Place, certified: str) -> tuple[int, str, int]:
    """Status and reason of one try at a partner whose certificate is for this name, and how much it was told."""
    served, trusted = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    AUTHORITY.issue_cert(certified).configure_cert(served)
    AUTHORITY.configure_trust(trusted)
    async with receiver.receiver(served) as partner, httpx.AsyncClient(verify=trusted, trust_env=False) as client:
        organisation = await place.organisation()
        await place.registered(organisation, partner)
        await place.referral(organisation, "requested")
        [row] = await place.rows("SELECT * FROM webhook_message WHERE organization = :o", o=organisation)
        async with place.gateway.runtime.sessions() as session:
            kept = await queries.endpoint(session, organisation)
        status, reason = await deliver.tried(place.gateway.runtime, client, kept, Message(**row._mapping))
        return status, reason, len(partner.told)


async def test_a_certificate_for_the_registered_name_is_good(place: Place) -> None:
    assert await tried(place, "localhost") == (204, "answered-204", 1)


@pytest.mark.parametrize("certified", ["other.test", "127.0.0.1"])
async def test_a_certificate_for_another_name_or_the_bare_address_is_not(place: Place, certified: str) -> None:
    assert await tried(place, certified) == (0, "no-answer", 0)
