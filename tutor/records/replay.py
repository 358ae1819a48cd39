"""A lesson as it went, for the teacher: messages, notices, whispers and the paces of replies in the order of time.

Called by `routes.py`; it changes nothing, and a replay counts as reading.
"""

from collections.abc import Iterator, Sequence

from tutor.chat.access import Access
from tutor.chat.models import Message
from tutor.chat.store import ChatStore
from tutor.chat.views import conversation_view, message_view
from tutor.chat.visits import Visit, Visits
from tutor.core.caller import Caller
from tutor.records.messages import PaceView, ReadReplay, Replay, ReplayItem
from tutor.records.models import Pace
from tutor.records.store import RecordStore


class Replays:
    """Lessons to be played again."""

    def __init__(self, store: RecordStore, chat: ChatStore, access: Access, visits: Visits) -> None:
        self._store = store
        self._chat = chat
        self._access = access
        self._visits = visits

    async def stretch(self, caller: Caller, conversation_id: str, query: ReadReplay) -> Replay:
        """What belongs to some of a lesson's messages.

        Raises:
            NotAllowed: the caller is no teacher.
            NotFound: the caller does not teach its student, or there is no such conversation.

        """
        conversation = await self._access.taught(caller, conversation_id)
        await self._visits.tell(Visit(caller, conversation))
        rows = await self._chat.messages(conversation.id, query.after_seq, query.after_seq + query.limit + 2)
        page = rows[: query.limit]
        return Replay(
            conversation=conversation_view(conversation),
            items=await self._items(page),
            next=page[-1].seq if len(rows) > query.limit else None,
        )

    async def _items(self, messages: Sequence[Message]) -> list[ReplayItem]:
        paces = await self._store.paces(message.id for message in messages if message.reply is not None)
        return [item for message in messages for item in _items_of(message, paces.get(message.id))]


def _items_of(message: Message, pace: Pace | None) -> Iterator[ReplayItem]:
    at, view = message.created_at, message_view(message, staff=True)
    yield ReplayItem(kind="notice" if message.notice is not None else "message", at=at, message=view)
    if pace is not None:
        marks = [list(mark) for mark in pace.marks]
        yield ReplayItem(kind="pace", at=at, pace=PaceView(reply_id=message.id, marks=marks))
