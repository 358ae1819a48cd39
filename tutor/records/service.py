"""The log of who read a student's conversations while the student was away: written, shown, given out as a file.

The chat tells of every visit before it shows anything; `jobs.py` goes on with those that stay; `routes.py` shows it.
"""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from tutor.accounts.service import Accounts
from tutor.chat.access import Access
from tutor.chat.places import CONVERSATIONS
from tutor.chat.presence import Presence
from tutor.chat.store import ChatStore
from tutor.chat.visits import Visit
from tutor.core.caller import Caller
from tutor.core.clock import Clock
from tutor.core.cursors import cursor_of, position_of
from tutor.core.errors import NotFound
from tutor.core.rooms import Rooms
from tutor.records.messages import ExportReads, ListReads, Reads, ReadView
from tutor.records.models import Read
from tutor.records.store import RecordStore
from tutor.records.table import table_of

log = structlog.get_logger(__name__)

VISIT_LASTS = timedelta(minutes=10)


class ReadLog:
    """What is written down of readers, and who may see it."""

    def __init__(
        self,
        store: RecordStore,
        chat: ChatStore,
        presence: Presence,
        access: Access,
        accounts: Accounts,
        rooms: Rooms,
        clock: Clock,
    ) -> None:
        self._store = store
        self._chat = chat
        self._presence = presence
        self._access = access
        self._accounts = accounts
        self._rooms = rooms
        self._clock = clock

    # Writing it

    async def note(self, visit: Visit) -> None:
        """Write down that somebody reads a conversation, unless its student is there, on whatever node.

        A visit lasts for ten minutes after the last time that this was said.
        """
        conversation, reader, now = visit.conversation, visit.reader, self._clock.now()
        present = await self._presence.of(conversation.id)
        if any(person.id == conversation.student_id for person in present):
            return
        await self._store.note(
            Read(
                id="",
                number=0,
                conversation_id=conversation.id,
                student_id=conversation.student_id,
                reader_id=reader.id,
                reader_name=reader.name,
                role=reader.role,
                why=visit.why,
                at=now,
                until=now + VISIT_LASTS,
            )
        )

    async def renew(self) -> None:
        """Go on with the visits of all who have a conversation open on this node, or begin them: the student may have
        gone only now.
        """
        for room in self._rooms.names(CONVERSATIONS):
            readers = [person for person in self._rooms.present(room) if person.role != "student"]
            conversation = await self._chat.conversation(room.removeprefix(CONVERSATIONS)) if readers else None
            if conversation is not None:
                for reader in readers:
                    await self.note(Visit(reader, conversation))

    # Showing it

    async def reads(self, caller: Caller, query: ListReads) -> Reads:
        """A page of the log of one student.

        Raises:
            NotFound: the caller may not see it, or there is no such student.

        """
        student_id = await self._may_see(caller, query.student_id)
        rows = await self._store.reads_of(student_id, position_of(query.cursor), query.limit + 1)
        page = rows[: query.limit]
        end = cursor_of(page[-1].at, page[-1].id) if len(rows) > query.limit else None
        return Reads(items=await self._views(caller, page), next=end)

    async def table(self, caller: Caller, query: ExportReads) -> bytes:
        """The whole log of one student as a CSV file; see `reads`."""
        student_id = await self._may_see(caller, query.student_id)
        return table_of(await self._views(caller, await self._store.reads_of(student_id)))

    async def _may_see(self, caller: Caller, student_id: str | None) -> str:
        wanted = student_id or caller.id
        if await self._access.sees(caller, wanted) or (
            caller.role == "admin" and await self._in_school(caller, wanted)
        ):
            log.info("reads_shown", student=wanted, by=caller.id, role=caller.role)
            return wanted
        raise NotFound(what="student")

    async def _in_school(self, admin: Caller, student_id: str) -> bool:
        people = await self._accounts.names_of([admin.id, student_id])
        schools = [people[one].school_id if one in people else None for one in (admin.id, student_id)]
        return schools[0] is not None and schools[0] == schools[1] and people[student_id].role == "student"

    async def _views(self, caller: Caller, rows: Sequence[Read]) -> list[ReadView]:
        """The titles are words of lessons, which an admin does not see."""
        ids = {row.conversation_id for row in rows} if caller.role != "admin" else set()
        titles = {one.id: one.title for one in await self._chat.conversations_by_id(ids)}
        return [
            ReadView(
                conversation_id=row.conversation_id,
                title=titles.get(row.conversation_id),
                reader_id=row.reader_id,
                reader_name=row.reader_name,
                role=row.role,
                why=row.why,
                at=row.at,
                until=row.until,
            )
            for row in rows
        ]
