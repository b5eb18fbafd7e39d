"""The running platform as FAPI 2.0 sees it: clients, a browser in which a resident is signed in, and stolen keys."""

import random
from collections.abc import Callable

import pytest

from demo import family
from demo.client import Region
from demo.front_end import Browser, resident
from tests.conformance.fapi.server import Server
from tests.support.launched import Installation
from tests.support.relying import FrontEnd, code_of


@pytest.fixture(scope="session")
def here(platform: Installation) -> Region:
    return platform.regions()["receiving"]


@pytest.fixture(scope="session")
def there(platform: Installation) -> Region:
    return platform.regions()["sending"]


@pytest.fixture(scope="session")
def server(platform: Installation, here: Region) -> Server:
    """What lies behind the gateway of this region."""
    return Server(platform, here)


@pytest.fixture
def stranger(here: Region) -> FrontEnd:
    """The portal, and a browser in which nobody is signed in."""
    return FrontEnd(here, "portal", here.callback, Browser.fresh(here.gateway_url))


@pytest.fixture(scope="session")
def signed_in(here: Region) -> Callable[[], FrontEnd]:
    """The portal, and a browser in which somebody new is signed in."""

    def made() -> FrontEnd:
        portal = FrontEnd(here, "portal", here.callback, Browser.fresh(here.gateway_url))
        portal.open()
        answer = resident(family.phone(random.SystemRandom()), here.messages_file)(portal.browser)
        assert portal.redeem(code_of(answer.headers["location"])).status_code == 200
        return portal

    return made


@pytest.fixture
def phone() -> str:
    """A number that nobody has."""
    return family.phone(random.SystemRandom())


@pytest.fixture(scope="session")
def somebody(signed_in: Callable[[], FrontEnd]) -> Browser:
    """A browser in which a resident is signed in; for tests that do not end her session."""
    return signed_in().browser


@pytest.fixture
def portal(here: Region, somebody: Browser) -> FrontEnd:
    """The portal with a fresh key and verifier, and that browser."""
    return FrontEnd(here, "portal", here.callback, somebody)


@pytest.fixture
def system(here: Region) -> FrontEnd:
    """A system of the same organisation, where nobody signs in."""
    return FrontEnd(here, "system", here.callback, Browser.fresh(here.gateway_url))
