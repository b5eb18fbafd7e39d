"""A kept connection is ended by whoever uses it: a request never meets one that its server is just closing."""

from pathlib import Path

import pytest

from deploy.local import region
from gateway.exchange import forward
from tests.support import apps

BALANCER = 60  # seconds that nginx and most load balancers keep an idle connection to a server


@pytest.mark.parametrize("app", region.MODULES)
def test_every_server_keeps_connections_longer_than_those_who_call_it(app: str, tmp_path: Path) -> None:
    settings = apps.settings(app, {"DATABASE_URL": "postgresql+asyncpg://nobody@127.0.0.1/none"}, tmp_path)
    config = region.server(None, settings).config
    assert config.timeout_keep_alive > max(forward.IDLE, BALANCER)
