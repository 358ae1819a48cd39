"""MongoDB and Redis for those who have configured none: real servers beside us, durable in one folder.

`app.py` starts them before it connects and stops them last; commands that need stores do the same when no server runs.
"""

import asyncio
import shutil
import tempfile
from pathlib import Path
from types import TracebackType

from tutor.core.child import Child, StoreFailed
from tutor.core.datafolder import (
    DataFolder,
    DataFolderInUse,
    DataFolderMismatch,
    DataFolderUnusable,
    StoreAddresses,
    running_addresses,
)
from tutor.core.errors import TutorError
from tutor.core.programs import EmbeddedMissing, MongoProgram, RedisProgram, StoreProgram

__all__ = [
    "DataFolderInUse",
    "DataFolderMismatch",
    "DataFolderUnusable",
    "EmbeddedMissing",
    "EmbeddedStores",
    "StoreAddresses",
    "StoreFailed",
    "running_addresses",
]

LONGEST_SOCKET_PATH = 100  # the kernel allows 107 bytes
SOCKET_FOLDER = "wuhao-tutor-"


class EmbeddedStores:
    """The embedded stores of one server; also an async context manager that answers their addresses."""

    def __init__(
        self, data_dir: Path, *, mongodb: bool = True, redis: bool = True, python_server: bool = False
    ) -> None:
        """Which stores to embed, with their data in `data_dir`.

        `python_server` takes SecantusDB's Python server for MongoDB even when the faster Rust one is there.
        """
        self._folder = DataFolder(data_dir)
        self._mongodb = mongodb
        self._redis = redis
        self._python_server = python_server
        self._children: list[Child] = []
        self._socket_folder: Path | None = None

    async def start(self) -> StoreAddresses:
        """Take the folder and start the stores; when this returns, both answer.

        To be awaited on a thread that lives as long as the stores should: the kernel ends them with it.

        Raises: DataFolderInUse, DataFolderMismatch, DataFolderUnusable, EmbeddedMissing, StoreFailed.
        """
        if not (self._mongodb or self._redis):
            return StoreAddresses(mongodb_url=None, redis_url=None)
        try:
            return await self._start()
        except (TutorError, asyncio.CancelledError):
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop the stores in good order and give the folder back. Harmless when they do not run."""
        children, self._children = self._children, []
        if children:
            self._folder.withdraw()
        await asyncio.gather(*(child.stop() for child in children))
        if self._socket_folder is not None:
            shutil.rmtree(self._socket_folder, ignore_errors=True)
            self._socket_folder = None
        self._folder.unlock()

    @property
    def pids(self) -> list[int]:
        """The process ids of the stores, for `tutor doctor` and for tests that kill them."""
        return [child.pid for child in self._children if child.pid is not None]

    async def __aenter__(self) -> StoreAddresses:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _start(self) -> StoreAddresses:
        lock_fd = await self._folder.lock()
        self._sweep_up()
        stores = self._find_programs()
        for store in stores:
            self._folder.check_stamp(store.name, store.stamp)
            child = Child(store, self._folder.path / f"{store.name}.log", lock_fd)
            self._children.append(child)
            await child.start()
        urls = {store.name: store.url for store in stores}
        addresses = StoreAddresses(mongodb_url=urls.get("mongodb"), redis_url=urls.get("redis"))
        self._folder.announce(addresses)
        return addresses

    def _find_programs(self) -> list[StoreProgram]:
        found: list[StoreProgram] = []
        if self._mongodb:
            found.append(MongoProgram(self._folder.path / "mongodb", python_server=self._python_server))
        if self._redis:
            found.append(RedisProgram(self._folder.path / "redis", self._make_socket_folder() / "valkey.sock"))
        return found

    def _make_socket_folder(self) -> Path:
        """A folder only we may enter. Not in the data folder: its path may be long, its file system without sockets."""
        folder = Path(tempfile.mkdtemp(prefix=SOCKET_FOLDER))
        if len(bytes(folder / "valkey.sock")) > LONGEST_SOCKET_PATH:
            folder.rmdir()
            folder = Path(tempfile.mkdtemp(prefix=SOCKET_FOLDER, dir="/tmp"))
        self._socket_folder = folder
        return folder

    def _sweep_up(self) -> None:
        """Remove what a killed server left behind: its announcement, and the folder of its socket."""
        left = self._folder.announced()
        if left is not None and left.redis_url is not None:
            folder = Path(left.redis_url.removeprefix("unix://")).parent
            if folder.name.startswith(SOCKET_FOLDER):
                shutil.rmtree(folder, ignore_errors=True)
        self._folder.withdraw()
