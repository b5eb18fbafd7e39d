"""A way to a local server that can swallow everything: what a network does when the other end's node has died."""

import asyncio
import contextlib
from types import TracebackType


class BlackHole:
    """Passes connections on to `target`; after `swallow` those that are open carry nothing more, and stay open."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._open: list[asyncio.Task[None]] = []
        self._held: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> "BlackHole":
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.swallow()
        for writer in self._held:
            writer.close()
        self._server.close()

    def swallow(self) -> None:
        """From now on nothing passes on the connections that are open; new ones work."""
        for task in self._open:
            task.cancel()
        self._open.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._held += [writer, there_writer]
        self._open += [
            asyncio.create_task(_carry(reader, there_writer)),
            asyncio.create_task(_carry(there_reader, writer)),
        ]


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
