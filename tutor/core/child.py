"""One store process: started on a leash, its output kept in a bounded file, started again when it dies.

`core/embedded.py` owns one Child per embedded store.
"""

import asyncio
import os
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path

import structlog

from tutor.core import programs
from tutor.core.errors import TutorError

LEASH = Path(__file__).with_name("leash.py")
START_S = 60.0
STOP_S = 10.0
LOG_BYTES = 8 * 1024 * 1024
LOG_CHECK_S = 30.0
LONGEST_PAUSE_S = 10.0
HEALTHY_S = 60.0
# Nothing else: no secret of ours, and no SECANTUS_* variable that would switch durability off.
PASSED_VARIABLES = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR")


class StoreFailed(TutorError):
    """A store did not come up. Facts: `store`, `exit_code` (None: it ran but did not answer in time), `said`, `log`."""

    code = "store_failed"
    status = 503


class Child:
    """Runs one store until `stop`, at the same address after every restart, so that drivers reconnect by themselves."""

    def __init__(self, program: programs.StoreProgram, log_file: Path, lock_fd: int) -> None:
        """`lock_fd` is the data folder's lock: the child holds it open for as long as it lives."""
        self._program = program
        self._log_file = log_file
        self._lock_fd = lock_fd
        self._process: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._log = structlog.get_logger(__name__).bind(store=program.name)

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    async def start(self) -> None:
        """Start the store and wait until it answers. Raises: StoreFailed."""
        await self._launch()
        self._watcher = asyncio.create_task(self._watch(), name=f"watch-{self._program.name}")

    async def stop(self) -> None:
        """End the store: asked first, killed after 10 s. Harmless when it does not run."""
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.wait([self._watcher])
            self._watcher = None
        await self._end()

    async def _launch(self) -> None:
        printed_from = self._trim_log()
        self._process = await self._spawn()
        deadline = time.monotonic() + START_S
        while not await self._program.ready(self._printed(printed_from)):
            if self._process.returncode is not None or time.monotonic() > deadline:
                raise await self._failure(printed_from)
            await asyncio.sleep(0.02)

    async def _spawn(self) -> asyncio.subprocess.Process:
        output = os.open(self._log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), *self._program.command()),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._log_file.parent,
                env={name: os.environ[name] for name in PASSED_VARIABLES if name in os.environ},
                pass_fds=(self._lock_fd,),
                start_new_session=True,  # a terminal's Ctrl-C is for us; we stop the stores after their last client
            )
        finally:
            os.close(output)

    async def _failure(self, printed_from: int) -> StoreFailed:
        exit_code = self._process.returncode if self._process else None
        await self._end()
        said = self._printed(printed_from).strip().splitlines()
        return StoreFailed(
            store=self._program.name, exit_code=exit_code, said=said[-1] if said else "", log=str(self._log_file)
        )

    async def _watch(self) -> None:
        quick_deaths = 0
        while True:
            started = time.monotonic()
            exit_code = await self._exit_code()
            quick_deaths = quick_deaths + 1 if time.monotonic() - started < HEALTHY_S else 0
            self._log.error("store_died", exit_code=exit_code, log_file=str(self._log_file))
            await self._relaunch(quick_deaths)
            self._log.warning("store_restarted", pid=self.pid)

    async def _relaunch(self, failures: int) -> None:
        while True:
            await asyncio.sleep(min(LONGEST_PAUSE_S, 0.05 * 2**failures))
            try:
                await self._launch()
            except StoreFailed as failed:
                self._log.error("store_restart_failed", exit_code=failed.facts["exit_code"], said=failed.facts["said"])
            except OSError as error:  # no memory or disk for a process just now
                self._log.error("store_restart_failed", said=error.strerror)
            else:
                return
            failures += 1

    async def _exit_code(self) -> int | None:
        process = self._process
        while process is not None:
            with suppress(TimeoutError):
                return await asyncio.wait_for(process.wait(), LOG_CHECK_S)
            self._trim_log()
        return None

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_S)
        except TimeoutError:
            self._log.warning("store_killed", after_s=STOP_S)
            process.kill()
            await process.wait()

    def _trim_log(self) -> int:
        """Keep the log bounded (the child appends, so cutting under it is safe); answers where new output begins."""
        if not self._log_file.exists():
            return 0
        size = self._log_file.stat().st_size
        if size <= LOG_BYTES:
            return size
        with suppress(OSError):  # on a full disk the older half goes
            shutil.copyfile(self._log_file, self._log_file.with_suffix(".1.log"))
        os.truncate(self._log_file, 0)
        return 0

    def _printed(self, start: int) -> str:
        with self._log_file.open("rb") as log:
            log.seek(start)
            return log.read().decode(errors="replace")
