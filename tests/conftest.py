"""Fixtures every suite may ask for; a server starts only when a test asks for it."""

pytest_plugins = ["tests.support.command", "tests.support.launched", "tests.support.nats", "tests.support.postgres"]
