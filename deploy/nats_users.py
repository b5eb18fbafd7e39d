"""Prints the users of deploy/k8s: `python -m deploy.nats_users > deploy/k8s/base/users.conf`."""

import json
import re

from deploy.local import nats, provision


def text() -> str:
    """Users with the local server's permissions, their passwords taken from the environment (<USER>_PASSWORD)."""
    passwords = {user: f"${user.upper()}_PASSWORD" for user in (*provision.APPS, nats.OPERATOR)}
    block = json.dumps({"users": nats.users(passwords)}, indent=2)
    # Quoted, NATS takes $NAME literally; bare, it reads the environment.
    bare = re.sub(r'"(\$[A-Z]+_PASSWORD)"', r"\1", block)
    return f"# Written by `python -m deploy.nats_users`: what each user may say and hear.\nauthorization {bare}\n"


if __name__ == "__main__":
    print(text(), end="")
