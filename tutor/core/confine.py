"""How a process of our own that handles what strangers wrote limits itself. `core/helpers.py` starts such processes.

They call `confine` first of all, and `shut_doors` when they have loaded everything. It imports next to nothing.
"""

import resource
import signal


def confine(*, memory: int, written: int, cpu_s: int | None = None) -> None:
    """Limit this process for good: its memory, the files it writes (both in bytes), its seconds of computing."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if cpu_s is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's, which ends us itself


def shut_doors() -> None:
    """Open nothing any more: no file, no socket, no pipe. What is open stays open."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
