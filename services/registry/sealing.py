"""Sealed objects: a model as JSON, padded to the one size of its kind, under the key of whom it is about."""

from enum import IntEnum
from typing import TypeVar

from pydantic import BaseModel

from shared import problems, vault
from shared.vault import Vault

Model = TypeVar("Model", bound=BaseModel)

GONE = problems.kind(410, "sealed-gone", "This was erased", "Its key is destroyed; nothing brings it back.")
TOO_MUCH = problems.kind(422, "sealed-too-large", "More than one record can hold", "Send fewer or shorter entries.")


class Size(IntEnum):
    """Bytes of the padded objects, one size per kind, so that length tells nothing about anybody."""

    PERSON = 4_096
    CONSENT = 8_192
    EVENT = 1_024
    DOCUMENT = 16_384
    MESSAGE = 2_048
    CLAIMS = 4_096
    WRITING = 2_048
    COMPARISON = 4_096
    MERGE = 4_096
    RIGHT = 36_864


async def seal(held: Vault, owner: str, place: str, value: BaseModel, size: Size) -> bytes:
    """Seal `value` under the key of `owner` for `place` ("table.column/row"). Raises `sealed-too-large`."""
    content = value.model_dump_json().encode()
    if len(content) + 4 > size:
        raise TOO_MUCH()
    return await held.seal(owner, place, vault.padded(content, size))


async def unseal(held: Vault, owner: str, place: str, sealed: bytes, model: type[Model]) -> Model:
    """What `seal` sealed. Raises `sealed-gone` when the key is destroyed or the object was moved or altered."""
    try:
        content = await held.open(owner, place, sealed)
    except vault.Gone:
        raise GONE() from None
    return model.model_validate_json(vault.unpadded(content))


async def handed_over(held: Vault, place: str, sealed: bytes, giver: str, taker: str) -> bytes:
    """The same object under the key of `taker`, for the same place. Raises `sealed-gone`."""
    try:
        return await held.seal(taker, place, await held.open(giver, place, sealed))
    except vault.Gone:
        raise GONE() from None
