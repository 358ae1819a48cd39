"""How the chat's nouns lie in MongoDB. Used by the chat's stores."""

from tutor.chat.models import Conversation, Floor, Message, Reply, Whisper
from tutor.core.mongo import Mapped

CONVERSATION = Mapped(Conversation)
FLOOR = Mapped(Floor)
MESSAGE = Mapped(Message)
REPLY = Mapped(Reply)
WHISPER = Mapped(Whisper)
