"""A typed client of a region's gateway, for partners' systems."""

from jieli_client.calls import Refused, Terms, Told
from jieli_client.client import Client

__all__ = ["Client", "Refused", "Terms", "Told"]
