"""Agreements as files: a directory of YAML is read as a whole, or every error is named and nothing is taken."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import yaml

from gateway.agreements import rules
from gateway.agreements.rules import Agreement
from shared.contracts.vocabulary import Vocabulary

LARGEST = 256 * 1024  # bytes of one file


@dataclass(frozen=True, slots=True)
class FileError:
    """What is wrong in which file, at which line (counted from 1)."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class AgreementsError(Exception):
    """At least one file is wrong, so none was taken."""

    def __init__(self, errors: list[FileError]) -> None:
        super().__init__("\n".join(map(str, errors)))
        self.errors = errors


def read(directory: Path, vocabulary: Vocabulary) -> list[Agreement]:
    """Every agreement of the directory's *.yaml files, by file name; raises AgreementsError with all errors."""
    errors: list[FileError] = []
    taken: dict[tuple[str, int], Agreement] = {}
    for file in sorted(directory.glob("*.yaml")):
        try:
            agreement, found = _read_one(file, vocabulary)
        except _UnreadableError as error:
            errors.append(error.found)
            continue
        errors.extend(found)
        identity = (agreement.agreement_id, agreement.version)
        if identity in taken:
            errors.append(FileError(file.name, 1, f"version {identity[1]} of {identity[0]} stands in another file too"))
        taken[identity] = agreement
    if errors:
        raise AgreementsError(errors)
    return list(taken.values())


class _UnreadableError(Exception):
    def __init__(self, found: FileError) -> None:
        super().__init__(str(found))
        self.found = found


def _read_one(file: Path, vocabulary: Vocabulary) -> tuple[Agreement, list[FileError]]:
    text = _text(file)
    node, content = _loaded(file.name, text)
    try:
        agreement = msgspec.convert(content, Agreement)
    except msgspec.ValidationError as error:
        found = rules.misfit(error)
        raise _UnreadableError(FileError(file.name, _line(node, _steps(found["pointer"])), found["reason"])) from None
    findings = rules.validate(agreement, vocabulary)
    return agreement, [FileError(file.name, _line(node, finding.at), str(finding)) for finding in findings]


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST:
            raise _UnreadableError(FileError(file.name, 1, f"larger than {LARGEST} bytes"))
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _UnreadableError(FileError(file.name, 1, f"cannot be read as UTF-8: {type(error).__name__}")) from None


def _loaded(name: str, text: str) -> tuple[yaml.Node, object]:
    """The nodes with their lines, and what they say; refuses what YAML itself lets pass: a key that stands twice."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None:
            raise _UnreadableError(FileError(name, 1, "the file is empty"))
        twice = next(_keys_twice(node), None)  # first: to construct is to write merged keys into the nodes
        content = yaml.SafeLoader("").construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "no YAML"
        raise _UnreadableError(FileError(name, mark.line + 1 if mark else 1, reason)) from None
    except RecursionError:
        raise _UnreadableError(FileError(name, 1, "nested too deeply, or within itself")) from None
    except (ValueError, TypeError, AttributeError, LookupError) as error:  # dates and numbers that are none
        raise _UnreadableError(FileError(name, 1, f"a value is not what its form says: {error}")) from None
    if twice:
        raise _UnreadableError(FileError(name, twice.start_mark.line + 1, f"'{twice.value}' stands twice"))
    return node, content


def _keys_twice(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue  # no key of ours: to construct it is refused
            if key.value in seen:
                yield key
            seen.add(key.value)
            yield from _keys_twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _keys_twice(item)


def _steps(pointer: str) -> tuple[str | int, ...]:
    return tuple(int(step) if step.isdecimal() else step for step in pointer.split("/")[1:])


def _line(node: yaml.Node, at: tuple[str | int, ...]) -> int:
    """The line of a place in the document, or of the nearest thing around it that is there."""
    line = node.start_mark.line + 1
    for step in at:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == step), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line
