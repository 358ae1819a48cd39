"""Whispers: what teachers tell the tutor about a student privately, for the next reply or the rest of the lesson.

Called by `floor_sockets.py`. Nothing of a whisper goes anywhere but to teachers and into the prompt (`briefing.py`).
"""

from tutor.chat.access import Access
from tutor.chat.errors import TooManyWhispers
from tutor.chat.floor_messages import AddWhisper, EndWhisper, OneWhisper, WhisperAdded, WhisperEnded
from tutor.chat.models import Conversation, Whisper
from tutor.chat.notices import by
from tutor.chat.places import staff_room_of
from tutor.chat.store import ChatStore
from tutor.chat.views import whisper_view
from tutor.chat.whisper_store import WhisperStore
from tutor.core.caller import Caller
from tutor.core.clock import Clock, new_id
from tutor.core.errors import Conflict, NotFound
from tutor.core.rooms import Rooms

MOST_ACTIVE = 20


class Whispers:
    """The whispers of teachers."""

    def __init__(self, store: ChatStore, whispers: WhisperStore, access: Access, rooms: Rooms, clock: Clock) -> None:
        self._store = store
        self._whispers = whispers
        self._access = access
        self._rooms = rooms
        self._clock = clock

    async def add(self, caller: Caller, command: AddWhisper) -> OneWhisper:
        """Tell the tutor something, from the next reply on.

        Raises:
            Conflict: the `client_id` is that of another whisper.
            TooManyWhispers: as many are in force as allowed.

        """
        conversation = await self._access.taught(caller, command.conversation_id)
        client_id = command.client_id.lower()
        known = await self._whispers.by_client_id(conversation.id, client_id)
        if known is None and len(await self._whispers.active(conversation.id)) >= MOST_ACTIVE:
            raise TooManyWhispers(limit=MOST_ACTIVE)
        if not conversation.whispered:  # first, so that no whisper is stored that no reply looks for
            await self._store.floors.mark_whispered(conversation.id)
        whisper, created = await self._whispers.add(known or self._whisper(caller, conversation, client_id, command))
        if (whisper.text, whisper.lasts, whisper.teacher.id) != (command.text, command.lasts, caller.id):
            raise Conflict(what="whisper")
        view = whisper_view(whisper)
        if created:
            self._rooms.send(
                staff_room_of(conversation.id), WhisperAdded(conversation_id=conversation.id, whisper=view)
            )
        return OneWhisper(whisper=view)

    def _whisper(self, caller: Caller, conversation: Conversation, client_id: str, command: AddWhisper) -> Whisper:
        return Whisper(
            id=new_id(),
            conversation_id=conversation.id,
            client_id=client_id,
            teacher=by(caller),
            text=command.text,
            lasts=command.lasts,
            created_at=self._clock.now(),
        )

    async def end(self, caller: Caller, command: EndWhisper) -> OneWhisper:
        """Take a whisper back, one's own or another teacher's."""
        conversation = await self._access.taught(caller, command.conversation_id)
        whisper = await self._whispers.get(conversation.id, command.whisper_id)
        if whisper is None:
            raise NotFound(what="whisper")
        if await self._whispers.end(whisper.id, self._clock.now(), by=by(caller)):
            news = WhisperEnded(conversation_id=conversation.id, whisper_id=whisper.id)
            self._rooms.send(staff_room_of(conversation.id), news)
        return OneWhisper(whisper=whisper_view(await self._whispers.get(conversation.id, whisper.id) or whisper))
