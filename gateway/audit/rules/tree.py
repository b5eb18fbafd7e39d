"""The log's Merkle tree (RFC 9162 section 2.1, the tree of RFC 6962): hashes, append, proofs and their verification.

The tree is kept as the hashes of its complete subtrees, which never change once written; whatever hangs on the right
edge is folded from them when a root or a proof is asked for.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

EMPTY_ROOT = hashlib.sha256().digest()
HASH_SIZE = 32


class Node(NamedTuple):
    """A complete subtree: the leaves from place << level up to, not including, (place + 1) << level."""

    level: int
    place: int


class Span(NamedTuple):
    """The leaves from start up to, not including, end."""

    start: int
    end: int


class Edge(NamedTuple):
    """A tree of `size` leaves: the hashes of the complete subtrees that cover it, the largest first."""

    size: int
    hashes: tuple[bytes, ...]


EMPTY = Edge(0, ())


def leaf_hash(entry: bytes) -> bytes:
    """RFC 9162, 2.1.1: the hash of one entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 9162, 2.1.1: the hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def extended(edge: Edge, leaves: Iterable[bytes]) -> tuple[Edge, dict[Node, bytes]]:
    """The tree with these leaf hashes appended, and every complete subtree of two or more leaves that it gained."""
    size, hashes = edge.size, list(edge.hashes)
    gained: dict[Node, bytes] = {}
    for leaf in leaves:
        node, value = Node(0, size), leaf
        while node.place & 1:
            node, value = Node(node.level + 1, node.place >> 1), node_hash(hashes.pop(), value)
            gained[node] = value
        hashes.append(value)
        size += 1
    return Edge(size, tuple(hashes)), gained


def root(edge: Edge) -> bytes:
    """The root of the whole tree."""
    return folded(edge.hashes) if edge.hashes else EMPTY_ROOT


def folded(hashes: Sequence[bytes]) -> bytes:
    """The root over neighbouring complete subtrees, each larger than the next."""
    value = hashes[-1]
    for left in reversed(hashes[:-1]):
        value = node_hash(left, value)
    return value


def inclusion_spans(index: int, size: int) -> list[Span]:
    """The subtrees whose hashes prove leaf `index` in a tree of `size`, from the leaf upwards (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError("the leaf is not in a tree of this size")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(Span(middle, end))
            end = middle
        else:
            path.append(Span(start, middle))
            start = middle
    return path[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """The subtrees whose hashes prove that the tree of `new` leaves begins with that of `old` (RFC 9162, 2.1.4.1)."""
    if not 0 <= old <= new:
        raise ValueError("the older tree is not the smaller one")
    if old == 0:
        return []
    start, end, path = 0, new, []
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(Span(middle, end))
            end = middle
        else:
            path.append(Span(start, middle))
            start = middle
    if start > 0:
        path.append(Span(start, end))
    return path[::-1]


def cover(span: Span) -> list[Node]:
    """The complete subtrees that make up a span of a proof, the largest first."""
    start, nodes = span.start, []
    while start < span.end:
        level = (span.end - start).bit_length() - 1
        nodes.append(Node(level, start >> level))
        start += 1 << level
    return nodes


def proof(spans: Iterable[Span], stored: Mapping[Node, bytes]) -> list[bytes]:
    """The hash of each span, from stored subtrees. A missing one is a KeyError."""
    return [folded([stored[node] for node in cover(span)]) for span in spans]


def included(leaf: bytes, index: int, edge: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Whether `path` proves the leaf hash at `index` in the tree of this (size, root) (RFC 9162, 2.1.3.2)."""
    size, expected = edge
    if not 0 <= index < size or any(len(value) != HASH_SIZE for value in (leaf, expected, *path)):
        return False
    place, last, value = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            value = node_hash(sibling, value)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and value == expected


def consistent(old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Whether `path` proves that the new (size, root) only appends to the old one (RFC 9162, 2.1.4.2)."""
    (old_size, old_root), (new_size, new_root) = old, new
    if not 0 <= old_size <= new_size or any(len(value) != HASH_SIZE for value in (old_root, new_root, *path)):
        return False
    if old_size in (0, new_size):
        start = EMPTY_ROOT if old_size == 0 else new_root
        return not path and old_root == start and (new_size > 0 or new_root == EMPTY_ROOT)
    hashes = [old_root, *path] if old_size & (old_size - 1) == 0 else list(path)
    if not hashes:
        return False
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _split(size: int) -> int:
    """The largest power of two smaller than `size`, which is at least 2."""
    return 1 << (size - 1).bit_length() - 1
