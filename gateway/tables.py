"""The base of the gateway's tables; every room declares its own on it."""

from sqlmodel import SQLModel

from shared import db


class Base(SQLModel, registry=db.new_registry()):
    """One metadata for the whole gateway, and none of another app's tables in it."""
