"""The queue of replies on one node: so many are written at once, the rest wait in order and know their place."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from tutor.chat.errors import QueueTooLong


class Queue:
    """`slots` replies at once; who waits longer than `patience_s` seconds is turned away.

    `moved(reply_id, position)` is called for everybody whose place has changed.
    """

    def __init__(self, slots: int, patience_s: float, moved: Callable[[str, int], None]) -> None:
        self._slots = slots
        self._patience_s = patience_s
        self._moved = moved
        self._holding: set[str] = set()
        self._waiting: OrderedDict[str, asyncio.Future[None]] = OrderedDict()

    def enter(self, reply_id: str) -> bool:
        """Take a slot at once if there is one, else a place in the queue. Says whether it is a slot."""
        if len(self._holding) < self._slots:
            self._holding.add(reply_id)
            return True
        self._waiting[reply_id] = asyncio.get_running_loop().create_future()
        return False

    async def turn(self, reply_id: str) -> None:
        """Wait for the slot of a reply that has entered.

        Raises:
            QueueTooLong: it took longer than our patience.

        """
        turn = self._waiting.get(reply_id)
        if turn is None:
            return
        try:
            async with asyncio.timeout(self._patience_s):
                await asyncio.shield(turn)
        except TimeoutError as error:
            if reply_id not in self._holding:
                raise QueueTooLong from error

    def leave(self, reply_id: str) -> None:
        """Give up a reply's slot, to the next in the queue, or its place; having neither is no error."""
        turn = self._waiting.pop(reply_id, None)
        if turn is not None:
            turn.cancel()
            self._tell()
        elif reply_id in self._holding:
            self._holding.discard(reply_id)
            if self._waiting:
                following, turn = self._waiting.popitem(last=False)
                self._holding.add(following)
                turn.set_result(None)
                self._tell()

    def position(self, reply_id: str) -> int | None:
        """The reply's place in the queue, 1 being next; None when it does not wait."""
        return list(self._waiting).index(reply_id) + 1 if reply_id in self._waiting else None

    def _tell(self) -> None:
        for place, reply_id in enumerate(self._waiting, 1):
            self._moved(reply_id, place)
