"""The processes that this one has started, as tests look for them."""

import psutil


def children(module: str) -> list[psutil.Process]:
    """Those that run a module of this name, and those of which nobody has taken notice that they are dead."""
    return [child for child in psutil.Process().children(recursive=True) if _runs(child, module)]


def _runs(child: psutil.Process, module: str) -> bool:
    try:
        return module in " ".join(child.cmdline())
    except psutil.ZombieProcess:
        return True
    except psutil.NoSuchProcess:
        return False
