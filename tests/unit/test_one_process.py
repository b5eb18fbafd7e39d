"""All five apps fit into one process: no problem code, table or metric is declared twice."""

import importlib

import pytest

from deploy.local import region


@pytest.mark.parametrize("app", region.MODULES)
def test_every_app_of_the_runner_is_made_by_its_module(app: str) -> None:
    assert callable(importlib.import_module(region.MODULES[app]).create)
