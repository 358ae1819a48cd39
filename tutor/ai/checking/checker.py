"""`AnswerChecker`: the server's way to the checker. The work is done in worker processes that are killed when late."""

import re
from collections import OrderedDict
from dataclasses import replace

from tutor.ai.checking.items import Item, Verdict, decode_verdict
from tutor.ai.embedded.worker import Workers

DEADLINE_S = 2.0
LONGEST = 2000
_KEPT = 4096
_WIDE = {0xFF10 + digit: ord("0") + digit for digit in range(10)}


class AnswerChecker:
    """Checks answers, and remembers the verdicts of late.

    Args:
        workers: the processes that do the work; `close` leaves them to whoever made them.

    """

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._known: OrderedDict[Item, Verdict] = OrderedDict()

    async def check(self, item: Item) -> Verdict:
        """The verdict on an answer; undecided where the worker was late or broke down. Never raises for any text."""
        item = _plain(item)
        known = self._known.get(item)
        if known is not None:
            self._known.move_to_end(item)
            return known
        if max(map(len, (item.expected, item.answer))) > LONGEST:
            return Verdict("undecided", "too_hard")
        line = await self._workers.ask(item)
        if line is None:  # not remembered: the machine may only have been busy
            return Verdict("undecided", "too_hard")
        verdict = decode_verdict(line)
        self._known[item] = verdict
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return verdict


def _plain(item: Item) -> Item:
    """The item in a spelling that many students share."""
    return replace(
        item,
        expected=_spelt(item.expected),
        answer=_spelt(item.answer),
        question=_spelt(item.question)[:LONGEST],
    )


def _spelt(text: str) -> str:
    """Blanks and digits alike; nothing else is touched, because a sign may mean something."""
    text = text.encode("utf-8", "replace").decode()  # half of a pair of surrogates cannot cross the pipe
    text = re.sub(r"[^\S\n]+", " ", text.translate(_WIDE))
    return re.sub(r" ?\n\s*", "\n", text).strip()
