"""Which TCP ports are free on the loopback address."""

import socket


def free() -> int:
    """A port that was free a moment ago, chosen by the kernel."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def occupied(port: int) -> bool:
    """Whether somebody listens on the port. A bind alone would also fail on connections that are still closing."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
