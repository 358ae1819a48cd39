"""Flags: a teacher marks a conversation, or a student's words do. A flag stays until a teacher of the class clears it.

`sockets.py` calls `set`, the chat's `Changes` call `heard`, and `facts.py` has what it reads judged once more, so that
no crash between a message and its flag can lose the flag.
"""

from collections.abc import Iterable

import structlog

from tutor.board.messages import FlagTile
from tutor.board.models import Flag
from tutor.board.news import News
from tutor.board.safety import is_alarming
from tutor.board.store import BoardStore
from tutor.chat.access import Access
from tutor.chat.models import Conversation, Message
from tutor.core.caller import Caller
from tutor.core.clock import Clock
from tutor.core.tasks import Tasks

log = structlog.get_logger(__name__)


class Flags:
    """The flags of conversations."""

    def __init__(self, store: BoardStore, access: Access, clock: Clock, news: News, tasks: Tasks) -> None:
        self._store = store
        self._access = access
        self._clock = clock
        self._news = news
        self._tasks = tasks

    async def set(self, caller: Caller, command: FlagTile) -> None:
        """Set or clear the flag of a student whom the caller teaches.

        Raises:
            NotFound: no such conversation, or the caller does not teach its student.

        """
        conversation = await self._access.taught(caller, command.conversation_id)
        seq = 0 if command.on else conversation.last_seq  # what was said until now has been looked at
        await self._store.set_flag(
            Flag(conversation.id, conversation.student_id, command.on, self._clock.now(), caller.id, seq)
        )
        log.info("tile_flagged", conversation=conversation.id, by=caller.id, on=command.on)
        self._news.changed(conversation.id, conversation.student_id)

    def heard(self, _conversation_id: str, student_id: str, said: Message | None) -> None:
        """Judge a message that was just stored; a listener of the chat's `Changes`."""
        if said is not None and _is_alarming(said):
            self._tasks.spawn(self._judge(said, student_id), f"flag:{said.id}")

    async def _judge(self, said: Message, student_id: str) -> None:
        await self._store.judge(
            Flag(said.conversation_id, student_id, on=True, at=said.created_at, by=None, seq=said.seq)
        )
        log.info("tile_flagged", conversation=said.conversation_id, by="words", on=True)
        self._news.changed(said.conversation_id, student_id)

    async def judged(self, conversation: Conversation, messages: Iterable[Message], flag: Flag | None) -> Flag | None:
        """The flag of a conversation whose newest messages were read; one that is missing is set now."""
        until = flag.seq if flag is not None else 0
        alarming = [message for message in messages if message.seq > until and _is_alarming(message)]
        if not alarming:
            return flag
        await self._judge(alarming[-1], conversation.student_id)
        return await self._store.flag(conversation.id)


def _is_alarming(message: Message) -> bool:
    return message.author.kind == "student" and is_alarming(message.text)
