"""Starts a program that must not outlive its parent. Run as a script by `core/child.py`, never imported.

Usage: `python leash.py PARENT_PID PROGRAM ARGUMENTS...`. A program of its own, because code between fork and exec
(preexec_fn) can deadlock in a process that has threads, and ours has the driver's.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Ask the kernel to end us with the parent, then become the program."""
    parent, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before we asked
        raise SystemExit(1)
    os.execv(program[0], program)  # noqa: S606 (the point of this file: no shell, fixed arguments)


if __name__ == "__main__":
    main()
