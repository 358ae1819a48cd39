"""The names of the chat's rooms: who is in one gets its events. Used by everything that sends, enters or leaves."""

from tutor.chat.models import Message

CONVERSATIONS = "conversation:"
STAFF = "staff:"
CLASSES = "class:"


def room_of(conversation_id: str) -> str:
    """The room of a conversation: its student, and whoever watches."""
    return CONVERSATIONS + conversation_id


def staff_room_of(conversation_id: str) -> str:
    """The room of the teachers who have a conversation open: what students must not see goes there alone."""
    return STAFF + conversation_id


def reply_room_of(reply: Message) -> str:
    """Where a reply is shown while it is written."""
    return staff_room_of(reply.conversation_id) if reply.is_hidden else room_of(reply.conversation_id)


def class_room_of(class_id: str) -> str:
    """The room of the teachers who watch a class."""
    return CLASSES + class_id
