"""The operator's commands, run in one process beside the tests: to begin Python anew for each takes seconds."""

import asyncio
import importlib
import json
import sys
from collections.abc import AsyncIterator
from traceback import format_exception

import pytest
from typer.testing import CliRunner

from deploy.local import places


class Command:
    """What a shell would be: a module of cli and its words, and back come the exit code and what it printed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()

    async def __call__(self, module: str, *words: str) -> tuple[int, str]:
        """Run one command to its end."""
        assert self._process.stdin and self._process.stdout
        async with self._turn:
            self._process.stdin.write(json.dumps([module, *words]).encode() + b"\n")
            code, said, broken = json.loads(await self._process.stdout.readline())
        assert not broken, broken
        return code, said


@pytest.fixture(scope="session")
async def command() -> AsyncIterator[Command]:
    """One process for all commands of the session."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.command", cwd=places.ROOT, stdin=pipe, stdout=pipe, limit=2**20
    )
    yield Command(process)
    assert process.stdin
    process.stdin.close()
    await process.wait()


def main() -> None:
    """Run each line's command and answer with a line."""
    answers = sys.stdout
    for line in sys.stdin:
        module, *words = json.loads(line)
        ended = CliRunner().invoke(importlib.import_module(module).app, words)
        broken = "" if isinstance(ended.exception, SystemExit | None) else "".join(format_exception(ended.exception))
        print(json.dumps([ended.exit_code, ended.output, broken]), file=answers, flush=True)


if __name__ == "__main__":
    main()
