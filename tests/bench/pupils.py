"""Students of a class: they ask again as soon as a reply ends; some type for a while first, some raise their hands.

`python -m tests.bench.pupils` reads a Plan and writes a Result, as `load.py` does. For `board.py`, through `runs.py`.
"""

import asyncio
import sys

import uvloop
from pydantic import TypeAdapter

from tests.bench.clients import Tutor
from tests.bench.load import Load
from tests.bench.meter import Meter
from tests.bench.plan import Plan, Result

TYPES_S = 2.0
HABITS = 5  # of so many students one types first, and one raises the hand and takes it down again


class Pupil(Tutor):
    """One student. The number in the room's name says what habits they have."""

    _number = 0
    _turn = 0

    async def make_room(self, name: str) -> str:
        self._number = int(name.rpartition(" ")[2])
        return await super().make_room(f"一元一次方程 {self._number}")

    def ask(self, text: str, tokens: int) -> None:
        self._turn += 1
        habit, ask = self._number % HABITS, super().ask
        if habit == 0:
            self.emit("typing.set", {"conversation_id": self.room, "on": True})
            asyncio.get_running_loop().call_later(TYPES_S, ask, text, tokens)
            return
        if habit == 1:
            self._move_hand()
        ask(text, tokens)

    def _move_hand(self) -> None:
        if self._turn % 2:
            self.emit("hand.raise", {"conversation_id": self.room, "line": f"第 {self._turn} 题的第二步看不懂"})
        else:
            self.emit("hand.lower", {"conversation_id": self.room})

    def put(self, text: str) -> None:
        # Never the same question again: who asks one three times is stuck, says the board.
        super().put(f"第 {self._turn} 题：把 {self._number} 移到等号的右边，为什么要变号？{text}")


def main() -> None:
    """Read the plan, carry it out, write the result."""
    plan = TypeAdapter(Plan).validate_json(sys.stdin.buffer.read())
    result = uvloop.run(Load(plan, Meter(), Pupil).run())
    sys.stdout.buffer.write(TypeAdapter(Result).dump_json(result))


if __name__ == "__main__":
    main()
