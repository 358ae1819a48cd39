"""How many of the tutor's replies a student and a class may ask for. `permits.py` asks it before one is begun, and
`suggestions.py`.
"""

import asyncio
import math
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from tutor.chat.errors import AiLimit, DailyLimit
from tutor.chat.store import ChatStore
from tutor.core.clock import Clock
from tutor.core.limits import Limits

SCHOOL_TIME = ZoneInfo("Asia/Shanghai")


class Allowance:
    """A token bucket for each student and each class: the rates `ai_student` and `ai_class` of the settings.

    Classes may also allow a student so many replies a day.
    """

    def __init__(self, limits: Limits, store: ChatStore, clock: Clock) -> None:
        self._limits = limits
        self._store = store
        self._clock = clock
        self._refused: dict[str, float] = {}

    async def take_student(self, student_id: str) -> None:
        """Take one reply from the student's share.

        Raises:
            AiLimit: there is none left.

        """
        self.check_student(student_id)
        if wait_s := await self._limits.wait_s("ai", "student", student_id):
            self._refused[student_id] = asyncio.get_running_loop().time() + wait_s
            raise AiLimit(retry_after_s=wait_s, whose="student")

    def check_student(self, student_id: str) -> None:
        """Refuse a student at once who was refused a moment ago; nothing is taken.

        Raises:
            AiLimit: the time that the student was told to wait is not over.

        """
        until = self._refused.get(student_id)
        if until is None:
            return
        wait_s = math.ceil(until - asyncio.get_running_loop().time())
        if wait_s > 0:
            raise AiLimit(retry_after_s=wait_s, whose="student")
        del self._refused[student_id]

    async def take_class(self, class_ids: Sequence[str]) -> None:
        """Take one reply from the share of one of the student's classes; who is in none needs none.

        The first class that has any left gives it, so that one busy class does not silence who is in others too.

        Raises:
            AiLimit: all of the classes have none left.

        """
        waits: list[int] = []
        for class_id in class_ids:
            wait_s = await self._limits.wait_s("ai", "class", class_id)
            if not wait_s:
                return
            waits.append(wait_s)
        if waits:
            raise AiLimit(retry_after_s=min(waits), whose="class")

    async def take_today(self, student_id: str, limit: int | None) -> None:
        """Take one of the student's replies of this day, of which there are `limit` if any.

        Raises:
            DailyLimit: there is none left until midnight.

        """
        if limit is None:
            return
        day = self._clock.now().astimezone(SCHOOL_TIME).date().isoformat()
        if await self._store.count_reply(student_id, day, 1) > limit:
            await self._store.count_reply(student_id, day, -1)
            raise DailyLimit(limit=limit)
