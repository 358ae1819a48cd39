"""How the chat's nouns lie in MongoDB, and updates that are tested where they are made. Used by the chat's stores.

Documents are found by `_id` alone and conditions are tested inside the update, because the embedded store reads the
whole collection for every other filter and for every find-and-modify.
"""

from collections.abc import Mapping

from tutor.chat.models import Conversation, Floor, Message, Reply, Whisper
from tutor.core.mongo import Document, Mapped, Value

CONVERSATION = Mapped(Conversation)
FLOOR = Mapped(Floor)
MESSAGE = Mapped(Message)
REPLY = Mapped(Reply)
WHISPER = Mapped(Whisper)


def only_if(condition: Document, changes: Mapping[str, Value]) -> list[Document]:
    """An update that sets fields only where an expression is true of the document."""
    changed = {name: {"$cond": [condition, {"$literal": value}, f"${name}"]} for name, value in changes.items()}
    return [{"$set": changed}]
