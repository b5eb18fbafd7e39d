"""The log's tree: every proof it gives verifies and nothing altered does, by its own rules and by the verifier."""

import hashlib
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jieli_verify import tree as outside
from jieli_verify.verdicts import VerificationError

from gateway.audit.rules import tree

SIZES = st.integers(min_value=1, max_value=130)


def _leaves(size: int) -> list[bytes]:
    return [tree.leaf_hash(number.to_bytes(4, "big")) for number in range(size)]


def _grown(leaves: Sequence[bytes]) -> tuple[tree.Edge, dict[tree.Node, bytes]]:
    edge, nodes = tree.extended(tree.EMPTY, leaves)
    return edge, nodes | {tree.Node(0, place): leaf for place, leaf in enumerate(leaves)}


def _outside_accepts(check: Callable[..., None], *arguments: object) -> bool:
    try:
        check(*arguments)
    except VerificationError:
        return False
    return True


def _root(size: int) -> bytes:
    return tree.root(tree.extended(tree.EMPTY, _leaves(size))[0])


def _inclusion(index: int, size: int) -> tuple[bytes, bytes, list[bytes]]:
    leaves = _leaves(size)
    edge, nodes = _grown(leaves)
    return leaves[index], tree.root(edge), tree.proof(tree.inclusion_spans(index, size), nodes)


def _consistency(old: int, new: int) -> list[bytes]:
    return tree.proof(tree.consistency_spans(old, new), _grown(_leaves(new))[1])


def _flipped(value: bytes, bit: int) -> bytes:
    position, shift = divmod(bit % (len(value) * 8), 8)
    return value[:position] + bytes([value[position] ^ 1 << shift]) + value[position + 1 :]


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    assert tree.root(tree.EMPTY) == outside.root_of([]) == hashlib.sha256(b"").digest()


def test_leaves_and_nodes_are_told_apart() -> None:
    left, right = tree.leaf_hash(b"a"), tree.leaf_hash(b"b")
    assert tree.leaf_hash(left + right) != tree.node_hash(left, right)


@given(SIZES)
def test_the_root_is_the_one_that_the_verifier_computes(size: int) -> None:
    assert _root(size) == outside.root_of(_leaves(size))


@given(st.lists(st.integers(min_value=0, max_value=20), max_size=8))
def test_batches_give_the_tree_of_single_appends(batches: list[int]) -> None:
    leaves, edge, nodes = _leaves(sum(batches)), tree.EMPTY, {}
    for batch in batches:
        edge, gained = tree.extended(edge, leaves[edge.size : edge.size + batch])
        nodes |= gained
    assert (edge, nodes) == tree.extended(tree.EMPTY, leaves)


@given(SIZES, st.data())
def test_every_inclusion_proof_verifies(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    leaf, root, path = _inclusion(index, size)
    assert tree.included(leaf, index, (size, root), path)
    outside.check_inclusion(leaf, index, size, root, path)


@given(SIZES, st.data())
def test_no_altered_inclusion_proof_verifies(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    leaf, root, path = _inclusion(index, size)
    bit, place = data.draw(st.integers(min_value=0, max_value=255)), data.draw(st.integers(min_value=0))
    altered = [
        (_flipped(leaf, bit), index, root, path),
        (leaf, index, _flipped(root, bit), path),
        (leaf, index, root, [*path, leaf]),
        (leaf, index, root, [leaf, *path]),
        (leaf, size, root, path),
        (leaf, -1, root, path),
        (leaf[:-1], index, root, path),
    ]
    if path:
        place %= len(path)
        altered += [
            (leaf, index, root, path[:place] + path[place + 1 :]),
            (leaf, index, root, [*path[:place], _flipped(path[place], bit), *path[place + 1 :]]),
            (leaf, index ^ 1, root, path),
        ]
    for false_leaf, false_index, false_root, false_path in altered:
        assert not tree.included(false_leaf, false_index, (size, false_root), false_path)
        assert not _outside_accepts(outside.check_inclusion, false_leaf, false_index, size, false_root, false_path)


@given(SIZES, st.data())
def test_every_consistency_proof_verifies(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(min_value=0, max_value=new))
    states, path = ((old, _root(old)), (new, _root(new))), _consistency(old, new)
    assert tree.consistent(*states, path)
    outside.check_consistency(*states, path)


@given(SIZES, st.data())
def test_no_altered_consistency_proof_verifies(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(min_value=1, max_value=new))
    bit, place = data.draw(st.integers(min_value=0, max_value=255)), data.draw(st.integers(min_value=0))
    before, after, path = (old, _root(old)), (new, _root(new)), _consistency(old, new)
    altered = [
        ((old, _flipped(before[1], bit)), after, path),
        (before, (new, _flipped(after[1], bit)), path),
        (before, after, [*path, after[1]]),
        ((old, before[1][:-1]), after, path),
    ]
    if path:
        place %= len(path)
        altered += [
            (before, after, path[:place] + path[place + 1 :]),
            (before, after, [*path[:place], _flipped(path[place], bit), *path[place + 1 :]]),
            (after, before, path),
        ]
    for false_before, false_after, false_path in altered:
        assert not tree.consistent(false_before, false_after, false_path)
        assert not _outside_accepts(outside.check_consistency, false_before, false_after, false_path)


def test_a_rewritten_log_is_not_consistent_with_its_past() -> None:
    leaves = _leaves(11)
    rewritten = [*leaves[:3], tree.leaf_hash(b"another"), *leaves[4:]]
    edge, nodes = _grown(rewritten)
    path = tree.proof(tree.consistency_spans(7, 11), nodes)
    states = (7, _root(7)), (11, tree.root(edge))
    assert not tree.consistent(*states, path)
    assert not _outside_accepts(outside.check_consistency, *states, path)


def test_an_empty_log_has_one_root_only() -> None:
    other = tree.leaf_hash(b"other")
    for before, after in (((0, other), (1, other)), ((0, tree.EMPTY_ROOT), (0, other)), ((0, other), (0, other))):
        assert not tree.consistent(before, after, [])
        assert not _outside_accepts(outside.check_consistency, before, after, [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 4), (4, 4)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="not in a tree"):
        tree.inclusion_spans(index, size)


def test_a_larger_past_has_no_proof() -> None:
    with pytest.raises(ValueError, match="older tree"):
        tree.consistency_spans(5, 4)
