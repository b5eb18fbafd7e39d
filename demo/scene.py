"""What one chapter hands to the next: the two regions, the family, who is signed in, and the ids made so far."""

from dataclasses import dataclass, field
from typing import Any

from demo.client import Actor, Region, Terms
from demo.family import Family

EDUCATION = Terms("agr-610118-centre-education", "school_enrolment")
MEDICAL = Terms("agr-610118-centre-medical", "health_service")
AID = Terms("agr-610118-centre-education-aid", "school_enrolment")  # three calls a day
HOUSING = Terms("agr-610118-centre-housing", "housing_help")
HEALTH_AT_HOME = Terms("agr-621124-centre-health", "health_service")


@dataclass
class Scene:
    """The stage; `referrals` maps a service to its referral as the intake made it."""

    here: Region
    home: Region
    family: Family
    parent: Actor
    parent_at_home: Actor
    child: str = ""
    child_at_home: str = ""
    referrals: dict[str, dict[str, Any]] = field(default_factory=dict)
    consents: dict[str, str] = field(default_factory=dict)

    def referral(self, service: str) -> str:
        """The id of the referral for a service."""
        return str(self.referrals[service]["id"])
