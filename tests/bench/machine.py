"""What the kernel knows of our processes: CPU time, memory, cores and priority. Linux only; root makes it steadier."""

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL

from tutor.core.child import LEASH

BUSY_FIELDS = (0, 1, 2, 5, 6)  # user, nice, system, irq, softirq of /proc/stat
SPIN = (
    "import os; os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0)); os.sched_setaffinity(0, {%d})\nwhile 1: 0"
)
ESTABLISHED = "01"  # in /proc/net/tcp
IMPORTANT, UNIMPORTANT = -15, 19


class TooFewCores(Exception):
    """The bench needs two cores: one for the server, one for everything else."""


def two_cores() -> tuple[int, int]:
    """The server's core and the other one. Raises: TooFewCores."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise TooFewCores
    return cores[0], cores[1]


def cpu_s(pids: Iterable[int]) -> float:
    """CPU seconds that processes have used, exact to the nanosecond; those that are gone count nothing."""
    total = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            with suppress(OSError):
                total += int(task.read_text().split()[0])
    return total / 1e9


def machine_s() -> float:
    """CPU seconds that the whole machine has worked, except what ran only because nothing else did."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    return sum(int(fields[field]) for field in BUSY_FIELDS) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    """Memory of a process in MB (2**20 bytes)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def ports_at_other_end(port: int) -> set[int]:
    """The ports at the other end of a server's connections; of one that it has closed, no more."""
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return {
        int(remote.partition(":")[2], 16)
        for _, local, remote, state, *_ in lines
        if state == ESTABLISHED and int(local.partition(":")[2], 16) == port
    }


def pin(pid: int, core: int) -> None:
    """Keep every thread of a process on one core."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(task.name), {core})


def prefer(pid: int, niceness: int = IMPORTANT) -> None:
    """Prefer a process to whatever else runs; only root may, and without it the figures are only less steady."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, niceness)
    with suppress(OSError):  # where sessions are scheduled as groups, the group's own niceness is what counts
        Path(f"/proc/{pid}/autogroup").write_text(str(niceness))


def is_idle_class() -> bool:
    """Whether this process and its children only run when nothing else does: beside `awake`, that is half the time."""
    return os.sched_getscheduler(0) == os.SCHED_IDLE


@contextmanager
def awake(cores: Iterable[int]) -> Iterator[tuple[int, ...]]:
    """Keep cores from halting, with loops that yield to anything: a wake-up costs the same on an idle machine then."""
    leash = [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), sys.executable, "-c"]
    loops = [
        subprocess.Popen([*leash, SPIN % core], start_new_session=True, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)
        for core in cores
    ]
    for loop in loops:
        prefer(loop.pid, UNIMPORTANT)
    try:
        time.sleep(0.1)
        yield tuple(loop.pid for loop in loops)
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
