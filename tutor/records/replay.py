"""A lesson as it went, for the teacher: messages, notices, whispers and the paces of replies in the order of time.

Called by `routes.py`; it changes nothing, and a replay counts as reading.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from tutor.chat.access import Access
from tutor.chat.models import Conversation, Message
from tutor.chat.store import ChatStore
from tutor.chat.views import conversation_view, message_view, whisper_view
from tutor.chat.visits import Visit, Visits
from tutor.chat.whisper_store import WhisperStore
from tutor.core.caller import Caller
from tutor.records.messages import PaceView, ReadReplay, Replay, ReplayItem
from tutor.records.models import Pace
from tutor.records.store import RecordStore

EARLIEST = datetime.min.replace(tzinfo=UTC)


class Replays:
    """Lessons to be played again."""

    def __init__(
        self, store: RecordStore, chat: ChatStore, whispers: WhisperStore, access: Access, visits: Visits
    ) -> None:
        self._store = store
        self._chat = chat
        self._whispers = whispers
        self._access = access
        self._visits = visits

    async def stretch(self, caller: Caller, conversation_id: str, query: ReadReplay) -> Replay:
        """What belongs to some of a lesson's messages: all from the first of them to the one after the last.

        Raises:
            NotAllowed: the caller is no teacher.
            NotFound: the caller does not teach its student, or there is no such conversation.

        """
        conversation = await self._access.taught(caller, conversation_id)
        await self._visits.tell(Visit(caller, conversation))
        rows = await self._chat.messages(conversation.id, query.after_seq, query.after_seq + query.limit + 2)
        page, following = rows[: query.limit], rows[query.limit :]
        items = await self._told(page) + await self._whispered(conversation, query.after_seq, page, following)
        return Replay(
            conversation=conversation_view(conversation),
            items=sorted(items, key=lambda item: item.at),
            next=page[-1].seq if following else None,
        )

    async def _told(self, messages: Sequence[Message]) -> list[ReplayItem]:
        paces = await self._store.paces(message.id for message in messages if message.reply is not None)
        return list(_items_of(messages, paces))

    async def _whispered(
        self, conversation: Conversation, after_seq: int, page: Sequence[Message], following: Sequence[Message]
    ) -> list[ReplayItem]:
        """The whispers of the time of a page; what came before all messages belongs to the first one."""
        if not conversation.whispered or (after_seq > 0 and not page):
            return []
        begin = page[0].created_at if after_seq > 0 else None
        end = following[0].created_at if following else None
        return [
            ReplayItem(kind="whisper", at=one.created_at, whisper=whisper_view(one))
            for one in await self._whispers.every(conversation.id)
            if (begin is None or begin <= one.created_at) and (end is None or one.created_at < end)
        ]


def _items_of(messages: Sequence[Message], paces: Mapping[str, Pace]) -> Iterator[ReplayItem]:
    """Messages and paces; the clocks of two nodes may differ a little, the order of the messages does not."""
    at = EARLIEST
    for message in messages:
        at, view = max(at, message.created_at), message_view(message, staff=True)
        yield ReplayItem(kind="notice" if message.notice is not None else "message", at=at, message=view)
        if (pace := paces.get(message.id)) is not None:
            marks = [list(mark) for mark in pace.marks]
            yield ReplayItem(kind="pace", at=at, pace=PaceView(reply_id=message.id, marks=marks))
