"""Tells those who keep an overview that something about a conversation changed. Replies, verbs and presence say so."""

from collections.abc import Callable

from tutor.chat.models import Message

Listener = Callable[[str, str, Message | None], None]


class Changes:
    """Who wants to know, on this node. A listener gets the ids of the conversation and of its student, and what the
    student said if that is the news.
    """

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Call the listener at every change from now on."""
        self._listeners.append(listener)

    def tell(self, conversation_id: str, student_id: str, said: Message | None = None) -> None:
        """Something changed: its messages (`said` is a new one by the student), its reply, its floor, who is there."""
        for listener in self._listeners:
            listener(conversation_id, student_id, said)
