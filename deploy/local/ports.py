"""Which TCP ports are free on the loopback address."""

import itertools
import random
import socket

QUIET = range(10_000, 32_000)  # below what kernels give to outgoing connections (Linux from 32768, macOS from 49152)
_turns = itertools.count(random.randrange(len(QUIET)))  # noqa: S311 - which port comes first is no secret


def free(count: int = 1) -> int:
    """The first of `count` ports in a row that nobody uses, and that no connection is given by chance later.

    One process is never given the same port twice.
    """
    while True:
        turns = [next(_turns) for _ in range(count)]
        row = [QUIET[turn % len(QUIET)] for turn in turns]
        if row[-1] - row[0] == count - 1 and not any(map(occupied, row)):
            return row[0]


def occupied(port: int) -> bool:
    """Whether somebody listens on the port. A bind alone would also fail on connections that are still closing."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
