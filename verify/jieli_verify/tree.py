"""Inclusion and consistency in a Merkle tree (RFC 9162), from the root down, as the proofs are defined."""

import hashlib
from collections.abc import Sequence

from jieli_verify.verdicts import VerificationError

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf(data: bytes) -> bytes:
    """RFC 9162, 2.1.1: the hash of one entry."""
    return hashlib.sha256(b"\x00" + data).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, joined level by level; an odd one out moves up as it is."""
    level = list(leaves)
    while len(level) > 1:
        joined = [_join(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = joined + level[len(level) - len(level) % 2 :]
    return level[0] if level else EMPTY_ROOT


def check_inclusion(leaf_hash: bytes, index: int, size: int, root: bytes, path: Sequence[bytes]) -> None:
    """A VerificationError unless the leaf stands at `index` in the tree of this size and root."""
    _check_hashes([leaf_hash, root, *path])
    if not 0 <= index < size:
        raise VerificationError(f"entry {index} cannot be in a log of {size} entries")
    if _rebuilt(leaf_hash, index, size, list(path)) != root:
        raise VerificationError("the proof does not lead from this entry to the root of the checkpoint")


def check_consistency(old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]) -> None:
    """A VerificationError unless the new (size, root) holds the old one unchanged and only appends to it."""
    (old_size, old_root), (new_size, new_root) = old, new
    _check_hashes([old_root, new_root, *path])
    if not 0 <= old_size <= new_size:
        raise VerificationError(f"a log of {new_size} entries cannot continue one of {old_size}")
    rest = list(path)
    for size, root in (old, new):
        if size == 0 and root != EMPTY_ROOT:
            raise VerificationError("the root of an empty log is not the hash of nothing")
    if old_size == 0:
        roots = (EMPTY_ROOT, new_root)
    else:
        roots = _both_roots((old_size, new_size), (old_root, new_root), rest, outermost=True)
    if rest:
        raise VerificationError("the proof has hashes left over")
    if roots != (old_root, new_root):
        raise VerificationError("the newer checkpoint does not continue the older one: the log was rewritten or forked")


def _rebuilt(leaf_hash: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root of a tree of `size`, when `path` holds exactly the siblings of the leaf, the topmost last."""
    if size == 1:
        if path:
            raise VerificationError("the proof has hashes left over")
        return leaf_hash
    if not path:
        raise VerificationError("the proof is cut short")
    half, sibling = _half(size), path.pop()
    if index < half:
        return _join(_rebuilt(leaf_hash, index, half, path), sibling)
    return _join(sibling, _rebuilt(leaf_hash, index - half, size - half, path))


def _both_roots(
    sizes: tuple[int, int], roots: tuple[bytes, bytes], path: list[bytes], *, outermost: bool
) -> tuple[bytes, bytes]:
    """Both trees' roots within one subtree, which is `outermost` while it begins with the first leaf of all."""
    old, new = sizes
    if old == new:
        if outermost:
            return roots[0], roots[0]
        known = _taken(path)
        return known, known
    half, sibling = _half(new), _taken(path)
    if old <= half:
        before, after = _both_roots((old, half), roots, path, outermost=outermost)
        return before, _join(after, sibling)
    before, after = _both_roots((old - half, new - half), roots, path, outermost=False)
    return _join(sibling, before), _join(sibling, after)


def _taken(path: list[bytes]) -> bytes:
    if not path:
        raise VerificationError("the proof is cut short")
    return path.pop()


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(value) != hashlib.sha256().digest_size for value in hashes):
        raise VerificationError("a hash is not 32 bytes long")


def _join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _half(size: int) -> int:
    half = 1
    while half * 2 < size:
        half *= 2
    return half
