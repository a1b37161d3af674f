"""A demo college of its own, served by the product in a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

STARTS_WITHIN: Final = 30.0
STOPS_WITHIN: Final = 15.0


class Site:
    """`zhengai run` over one database: where it is, and its data directory."""

    def __init__(self, database: str, database_url: str, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.database, self.folder = database, folder
        self.database_url = database_url
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it listens."""
        environment = {
            **os.environ,
            "ZHENGAI_DATABASE_URL": self.database_url,
            "ZHENGAI_DATA_DIR": str(self.folder),
            "ZHENGAI_DEMO": "1",
            "ZHENGAI_PORT": str(self.port),
            "ZHENGAI_TICK_SECONDS": "0.2",
        }
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "web.cli", "run"],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        self.stop()
        message = f"the server did not come up:\n{self.log[-3000:]}"
        raise AssertionError(message)

    @property
    def pid(self) -> int:
        """Of the process that serves, to see that it is the same one still."""
        assert self._process is not None
        assert self._process.poll() is None, self.log[-3000:]
        return self._process.pid

    @property
    def log(self) -> str:
        """What it wrote."""
        return self._log.read_text(encoding="utf-8")

    def stop(self) -> None:
        """End it in order; by force if it does not."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None
