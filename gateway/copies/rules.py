"""What a copy is made of: every route by which a person reads what is kept of her."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Section:
    """One route of a service. `lists`: the member of its answer that is paged; `each`: where one line is told in full,
    with the line's member that names it in braces."""

    name: str
    service: str
    path: str
    lists: str = ""
    each: str = ""


SECTIONS: Final = (
    Section("record", "registry", "/v1/me/record"),
    Section("name_writings", "registry", "/v1/me/name-writings"),
    Section("dependants", "registry", "/v1/me/dependants"),
    Section("held_records", "registry", "/v1/me/held-records", "records"),
    Section("merges", "registry", "/v1/me/record-merges"),
    Section("consents", "registry", "/v1/me/consents", "consents"),
    Section("freeze", "registry", "/v1/me/freeze"),
    Section("rights_requests", "registry", "/v1/me/rights-requests", "requests"),
    Section("incidents", "registry", "/v1/me/incidents"),
    Section("record_requests", "registry", "/v1/me/record-requests", "requests", "/v1/me/record-requests/{id}/record"),
    Section("referrals", "referrals", "/v1/me/referrals", "referrals", "/v1/me/referrals/{id}"),
    Section("cases", "cases", "/v1/me/cases", "cases", "/v1/me/cases/{case}"),
    Section("sessions", "identity", "/v1/me/sessions"),
    Section("presences", "identity", "/v1/me/presences"),
    Section("helpers", "identity", "/v1/me/helpers"),
    Section("helping", "identity", "/v1/me/helping"),
)
PAGE: Final = 200  # lines asked for at a time
MOST: Final = 1_000  # lines of one section; where there are more, `continued` says where to read on
