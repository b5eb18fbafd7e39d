"""One gateway in a process of its own, to be killed: `python -m tests.outages.one_gateway <settings file> <port>`."""

import sys
from pathlib import Path

import uvicorn

from gateway import main as gateway
from shared.settings import Settings
from tests.support.bus import MemoryBus

if __name__ == "__main__":
    settings = Settings.model_validate_json(Path(sys.argv[1]).read_bytes())
    app = gateway.create(settings, MemoryBus())
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_config=None, access_log=False)
