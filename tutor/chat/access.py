"""Who may see or change a conversation. Asked by the verbs of `service.py` and the readings of `reading.py`.

`evictions.py` asks for many at once whether what was seen may still be seen.
"""

from collections.abc import Collection
from typing import Protocol

from tutor.accounts.wards import Wards
from tutor.chat.models import Conversation, Message
from tutor.chat.store import ChatStore
from tutor.classes.service import Classes
from tutor.core.caller import Caller
from tutor.core.errors import NotAllowed, NotFound


class OnReply(Protocol):
    """A command on a reply."""

    @property
    def conversation_id(self) -> str: ...

    @property
    def reply_id(self) -> str: ...


class Access:
    """The rights to conversations. What somebody may not see is not found."""

    def __init__(self, store: ChatStore, classes: Classes, wards: Wards) -> None:
        self._store = store
        self._classes = classes
        self._wards = wards

    async def sees(self, caller: Caller, student_id: str) -> bool:
        """Whether the caller sees a student's conversations: the own ones, a taught student's, a ward's."""
        if caller.role == "teacher":
            return await self._classes.teaches(caller.id, student_id)
        if caller.role == "guardian":
            return await self._wards.has(caller.id, student_id)
        return caller.role == "student" and caller.id == student_id

    async def unseen(self, pairs: Collection[tuple[Caller, str]]) -> set[tuple[str, str]]:
        """Those of some callers and students where `sees` says no, as pairs of ids; in three queries for all."""
        taught = await self._classes.teachers_of({student for caller, student in pairs if caller.role == "teacher"})
        wards = await self._wards.there(
            {(caller.id, student) for caller, student in pairs if caller.role == "guardian"}
        )
        return {
            (caller.id, student)
            for caller, student in pairs
            if caller.id != student and caller.id not in taught.get(student, ()) and (caller.id, student) not in wards
        }

    async def visible(self, caller: Caller, conversation_id: str) -> Conversation:
        """The conversation, if it is the caller's own, of a student that the caller teaches, or of a ward.

        Raises:
            NotFound: it is none of these, or it is deleted, or there is none.

        """
        conversation = await self._store.conversation(conversation_id)
        if (
            conversation is None
            or conversation.deleted_at is not None
            or not await self.sees(caller, conversation.student_id)
        ):
            raise NotFound(what="conversation")
        return conversation

    async def steerable(self, caller: Caller, conversation_id: str) -> Conversation:
        """The conversation, for those who may do something in it: its student, and teachers of theirs.

        Raises:
            NotAllowed: the caller only reads along.
            NotFound: see `visible`.

        """
        if caller.role not in {"student", "teacher"}:
            raise NotAllowed
        return await self.visible(caller, conversation_id)

    async def taught(self, caller: Caller, conversation_id: str) -> Conversation:
        """The conversation of a student whom the caller teaches.

        Raises:
            NotAllowed: the caller is no teacher.
            NotFound: the caller does not teach its student, or it is deleted, or there is none.

        """
        if caller.role != "teacher":
            raise NotAllowed
        return await self.visible(caller, conversation_id)

    async def taught_reply(self, caller: Caller, reply: OnReply) -> tuple[Conversation, Message]:
        """A reply in the conversation of a student whom the caller teaches.

        Raises:
            NotAllowed: the caller is no teacher.
            NotFound: there is no such reply, or the caller does not teach its student.

        """
        conversation = await self.taught(caller, reply.conversation_id)
        found = await self._store.message(conversation.id, reply.reply_id)
        if found is None or found.reply is None:
            raise NotFound(what="reply")
        return conversation, found

    async def own(self, caller: Caller, conversation_id: str, *, deleted: bool = False) -> Conversation:
        """The caller's own conversation, put away or not.

        Raises:
            NotFound: it is not theirs, or it is in the other state, or there is none.

        """
        conversation = await self._store.conversation(conversation_id)
        if (
            conversation is None
            or conversation.student_id != caller.id
            or (conversation.deleted_at is not None) != deleted
        ):
            raise NotFound(what="conversation")
        return conversation
