"""Turns: one at a time at the same thing on this node. Used by `service.py`, `asking.py` and `claims.py`."""

import asyncio
from weakref import WeakValueDictionary


class Turns:
    """A lock for each thing, there as long as somebody uses it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, thing: str) -> asyncio.Lock:
        """The lock of a thing."""
        return self._locks.setdefault(thing, asyncio.Lock())
