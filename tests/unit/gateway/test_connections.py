"""The gateway keeps no connection that a service is about to close: a write that meets the end is answered 502."""

from fastapi import FastAPI

from cli import documents
from deploy.local import region
from gateway.exchange import forward


def test_a_connection_is_let_go_well_before_the_service_closes_it() -> None:
    service = region.server(FastAPI(), documents.settings("identity"))
    assert forward.IDLE + 1 < service.config.timeout_keep_alive
