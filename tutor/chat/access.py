"""Who may see or change a conversation. Asked by the verbs of `service.py` and the readings of `reading.py`."""

from typing import Protocol

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

    def __init__(self, store: ChatStore, classes: Classes) -> None:
        self._store = store
        self._classes = classes

    async def visible(self, caller: Caller, conversation_id: str) -> Conversation:
        """The conversation, if it is the caller's own or of a student that the caller teaches.

        Raises:
            NotFound: it is neither, or it is deleted, or there is none.

        """
        conversation = await self._store.conversation(conversation_id)
        if conversation is None or conversation.deleted_at is not None:
            raise NotFound(what="conversation")
        if conversation.student_id == caller.id:
            return conversation
        if caller.role == "teacher" and await self._classes.teaches(caller.id, conversation.student_id):
            return conversation
        raise NotFound(what="conversation")

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
