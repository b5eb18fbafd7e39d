"""nats-server as a pod of deploy/k8s runs it, its addresses and folders moved to this machine."""

import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import nats
from nats.aio.client import Client

from deploy.local import nats as local_nats
from deploy.local import ports, provision

BASE = Path(__file__).parents[2] / "deploy" / "k8s" / "base"
SINGLE = BASE.parent / "overlays" / "single-node"


def passwords() -> dict[str, str]:
    """Fresh ones for every user; a letter first, because NATS reads a number as a number."""
    return {user: f"p{secrets.token_hex(16)}" for user in (*provision.APPS, local_nats.OPERATOR, "routes")}


class Server:
    """One server. Alone it has the configuration of the single-node overlay, with `routes` that of the regions."""

    def __init__(
        self, directory: Path, passwords: dict[str, str], route: int = 0, routes: tuple[int, ...] = ()
    ) -> None:
        directory.mkdir(exist_ok=True)
        self.passwords = passwords
        self.port, self.monitor = ports.free(), ports.free()
        moved = {
            "0.0.0.0:4222": f"127.0.0.1:{self.port}",
            "0.0.0.0:8222": f"127.0.0.1:{self.monitor}",
            "/var/run/nats": str(directory),
            "store_dir: /data": f"store_dir: {directory}/data",
            "8GB": "64MB",
        }
        copy(BASE / "nats.conf", directory, moved)
        copy(BASE / "users.conf", directory, {})
        if routes:
            copy(BASE / "cluster.conf", directory, {"0.0.0.0:6222": f"127.0.0.1:{route}"})
        else:
            copy(SINGLE / "cluster.conf", directory, {})
        addresses = [f"nats://routes:{self.passwords['routes']}@127.0.0.1:{port}" for port in routes]
        told = {"POD_NAME": f"nats-{routes.index(route) if routes else 0}", "ROUTES": f"[{', '.join(addresses)}]"}
        told |= {f"{user.upper()}_PASSWORD": password for user, password in self.passwords.items()}
        binary = shutil.which("nats-server", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        assert binary
        self.process = subprocess.Popen([binary, "-c", str(directory / "nats.conf")], env=told)

    def stop(self) -> None:
        """End it, if it still runs."""
        self.process.terminate()
        self.process.wait(30)

    async def healthy(self) -> bool:
        """What the readiness probe of the manifest asks."""
        assert self.process.poll() is None
        async with httpx.AsyncClient() as client:
            try:
                answer = await client.get(f"http://127.0.0.1:{self.monitor}/healthz?js-server-only=true")
            except httpx.HTTPError:
                return False
        return answer.status_code == httpx.codes.OK

    async def client(self, user: str, errors: list[Exception]) -> Client:
        """A connection as one of the users; refusals of the server land in `errors`."""

        async def note(error: Exception) -> None:
            errors.append(error)

        return await nats.connect(
            f"nats://127.0.0.1:{self.port}",
            user=user,
            password=self.passwords[user],
            inbox_prefix=local_nats.inbox(user).encode(),
            allow_reconnect=False,
            error_cb=note,
        )


def copy(file: Path, directory: Path, moved: dict[str, str]) -> None:
    """A file of the manifests with every place of theirs replaced by one here."""
    text = file.read_text(encoding="utf-8")
    for there, here in moved.items():
        assert there in text
        text = text.replace(there, here)
    (directory / file.name).write_text(text, encoding="utf-8")
