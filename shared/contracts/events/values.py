"""What events are made of: ids, codes, digests, labels of things and places, and seals that hide who it is about."""

from typing import Annotated

from pydantic import StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
ServiceCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}-[0-9]{2}$")]
District = Annotated[str, StringConstraints(pattern=r"^[0-9]{6,12}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200)]
# Field names are the catalogue's own; a value never travels.
FieldName = Annotated[str, StringConstraints(min_length=1, max_length=64)]
# Text that only the gateway can open: which person a thing belongs to, different each time it is made.
Seal = Annotated[str, StringConstraints(min_length=1, max_length=512)]
