"""The folder that holds the embedded stores' data: who is using it, what wrote it, and where its stores answer.

`core/embedded.py` takes the lock and announces the addresses; commands of `__main__` look them up here.
"""

import asyncio
import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from tutor.core.errors import TutorError

LOCK_FILE = "lock"
RUN_FILE = "run.json"
PRIVATE = 0o700


class DataFolderInUse(TutorError):
    """Another server works in this folder. Facts: `folder`, `pid` (0 when nobody knows)."""

    code = "data_folder_in_use"
    status = 503


class DataFolderMismatch(TutorError):
    """Another store program wrote this folder and ours may not read it: back up with the old one, restore with the new.

    Facts: `folder`, `store`, `found`, `expected`.
    """

    code = "data_folder_mismatch"
    status = 503


class DataFolderUnusable(TutorError):
    """The folder cannot be made or written. Facts: `folder`, `reason`."""

    code = "data_folder_unusable"
    status = 503


@dataclass(frozen=True, slots=True)
class StoreAddresses:
    """Where the embedded stores answer; None for a store that is not embedded."""

    mongodb_url: str | None
    redis_url: str | None


class RunFile(BaseModel):
    """What a running server leaves in its data folder for commands that want to reach its stores."""

    model_config = ConfigDict(frozen=True)

    pid: int
    mongodb_url: str | None
    redis_url: str | None


class DataFolder:
    """One server's hold on a data folder.

    The lock's descriptor is handed on to the store processes, so the folder counts as used until the last of them has
    ended, also after `kill -9` of the server.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._fd: int | None = None

    async def lock(self, *, patience_s: float = 15) -> int:
        """Take the folder; answers the descriptor that holds it. Stores of a dead server get `patience_s` to end.

        Raises: DataFolderInUse, DataFolderUnusable.
        """
        fd = self._open()
        deadline = time.monotonic() + patience_s
        while not _try_lock(fd):
            pid = _read_pid(fd)
            if _alive(pid) or time.monotonic() > deadline:
                os.close(fd)
                raise DataFolderInUse(folder=str(self.path), pid=pid)
            await asyncio.sleep(0.05)
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        self._fd = fd
        return fd

    def unlock(self) -> None:
        """Give the folder back. Harmless when it is not held."""
        if self._fd is not None:
            os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = None

    def check_stamp(self, store: str, expected: str) -> None:
        """Compare what wrote `store`'s data with what is going to read it; the first program leaves its stamp.

        Raises: DataFolderMismatch.
        """
        home, stamp = self.path / store, self.path / f"{store}.stamp"
        if not home.exists():
            home.mkdir(mode=PRIVATE)
        if stamp.exists():
            found = stamp.read_text().strip()
        elif any(home.iterdir()):
            found = "unknown"
        else:
            stamp.write_text(f"{expected}\n")
            return
        if found != expected:
            raise DataFolderMismatch(folder=str(self.path), store=store, found=found, expected=expected)

    def announce(self, addresses: StoreAddresses) -> None:
        """Tell other processes of this user where the stores answer."""
        run = RunFile(pid=os.getpid(), mongodb_url=addresses.mongodb_url, redis_url=addresses.redis_url)
        draft = self.path / f"{RUN_FILE}.new"
        draft.touch(mode=0o600)
        draft.write_text(run.model_dump_json())
        draft.replace(self.path / RUN_FILE)

    def withdraw(self) -> None:
        (self.path / RUN_FILE).unlink(missing_ok=True)

    def announced(self) -> RunFile | None:
        """What the last server announced and did not withdraw; it need not be alive."""
        try:
            return RunFile.model_validate_json((self.path / RUN_FILE).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def _open(self) -> int:
        try:
            self.path.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
            return os.open(self.path / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DataFolderUnusable(folder=str(self.path), reason=error.strerror) from error


def running_addresses(data_dir: Path) -> StoreAddresses | None:
    """Where the stores of the server that is running on `data_dir` answer, or None when none is."""
    folder = DataFolder(data_dir)
    run = folder.announced()
    if run is None or not _alive(run.pid) or not _is_locked(folder.path / LOCK_FILE):
        return None
    return StoreAddresses(mongodb_url=run.mongodb_url, redis_url=run.redis_url)


def _is_locked(path: Path) -> bool:
    fd = os.open(path, os.O_RDWR)
    try:
        return not _try_lock(fd)
    finally:
        os.close(fd)


def _try_lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read_pid(fd: int) -> int:
    text = os.pread(fd, 32, 0).strip()
    return int(text) if text.isdigit() else 0


def _alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
