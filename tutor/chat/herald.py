"""Tells rooms of new messages and changed conversations, and those who keep an overview of both.

The verbs of the chat call it after a change is stored.
"""

from tutor.chat.changes import Changes
from tutor.chat.messages import ConversationChanged, MessageAdded, OneConversation
from tutor.chat.models import Conversation, Message
from tutor.chat.places import room_of
from tutor.chat.views import conversation_view, message_view
from tutor.core.rooms import Rooms


class Herald:
    """What the verbs say to a conversation's room and to its student's devices."""

    def __init__(self, rooms: Rooms, changes: Changes) -> None:
        self._rooms = rooms
        self._changes = changes

    def added(self, message: Message) -> None:
        """A message was stored."""
        news = MessageAdded(conversation_id=message.conversation_id, message=message_view(message))
        self._rooms.send(room_of(message.conversation_id), news)

    def changed(self, conversation: Conversation) -> OneConversation:
        """A conversation is not as it was; gives it as it is shown."""
        view = conversation_view(conversation)
        news = ConversationChanged(conversation=view)
        self._rooms.send(f"user:{conversation.student_id}", news)
        self._rooms.send(room_of(conversation.id), news)
        self._changes.tell(conversation.id, conversation.student_id)
        return OneConversation(conversation=view)

    def asked(self, conversation: Conversation, said: Message) -> None:
        """The student has said something."""
        self._changes.tell(conversation.id, conversation.student_id, said)
