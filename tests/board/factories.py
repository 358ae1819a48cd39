"""Makes facts for the rules, and teachers who watch a class."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.core.raw import until
from tests.factories import Json, Person, Socket
from tutor.board.models import Facts, Hand
from tutor.chat.models import Author, AuthorKind, Conversation, Message, Reply

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
STUDENT = "a" * 24
CONVERSATION = "c" * 24


def a_conversation(**changes: Any) -> Conversation:
    """A conversation of the morning."""
    wanted: dict[str, Any] = {
        "id": CONVERSATION,
        "student_id": STUDENT,
        "client_id": "x",
        "title": "一元一次方程",
        "subject": "math",
        "grade": 7,
        "mode": "explain",
        "last_seq": 0,
        "created_at": NOW - timedelta(hours=1),
        "updated_at": NOW - timedelta(minutes=30),
    }
    return Conversation(**{**wanted, **changes})


def a_message(kind: AuthorKind, text: str, *, ago_s: float = 60, **changes: Any) -> Message:
    """Something that was said some seconds ago."""
    wanted: dict[str, Any] = {
        "id": "m",
        "conversation_id": CONVERSATION,
        "seq": 1,
        "client_id": "x",
        "author": Author(kind),
        "text": text,
        "state": "sent",
        "created_at": NOW - timedelta(seconds=ago_s),
    }
    return Message(**{**wanted, **changes})


def a_question(text: str, *, ago_s: float = 60, **changes: Any) -> Message:
    return a_message("student", text, ago_s=ago_s, **changes)


def a_reply(text: str = "先移项。", *, ago_s: float = 60, rating: Any = None, **changes: Any) -> Message:
    facts = Reply("q", attempt=1, fence=1, rating=rating)
    return a_message("tutor", text, ago_s=ago_s, **{"state": "complete", "reply": facts, **changes})


def a_hand(**changes: Any) -> Hand:
    wanted: dict[str, Any] = {
        "id": CONVERSATION,
        "key": "k",
        "student_id": STUDENT,
        "student_name": "小明",
        "line": None,
        "raised_at": NOW - timedelta(seconds=30),
    }
    return Hand(**{**wanted, **changes})


def facts_of(*messages: Message, **changes: Any) -> Facts:
    """A student who has the conversation open."""
    wanted: dict[str, Any] = {
        "student_id": STUDENT,
        "conversation": a_conversation(),
        "messages": messages,
        "online": True,
    }
    return Facts(**{**wanted, **changes})


@dataclass
class Watcher:
    """A teacher's socket that watches a class, with the board as it is there."""

    socket: Socket
    class_id: str
    first: dict[str, Json] = field(default_factory=dict)

    @property
    def tiles(self) -> dict[str, Json]:
        """The tiles by student: the first answer, and whatever came later."""
        shown = dict(self.first)
        for body in self.socket.heard["tiles.changed"]:
            if body["class_id"] == self.class_id:
                shown |= {tile["student_id"]: tile for tile in body["tiles"]}
                for student_id in body["gone"]:
                    shown.pop(student_id, None)
        return shown

    async def until(self, student: Person, state: str, **fields: Any) -> Json:
        """Wait for a student's tile to be so."""
        wanted = {"state": state, **fields}

        def fits() -> bool:
            tile = self.tiles.get(student.id)
            return tile is not None and all(tile[name] == value for name, value in wanted.items())

        await until(fits)
        return self.tiles[student.id]


async def watch(teacher: Person, class_id: str) -> Watcher:
    """A teacher who watches a class from now on."""
    watcher = Watcher(await teacher.connect(), class_id)
    answer = await watcher.socket.ask("class.watch", class_id=class_id)
    watcher.first = {tile["student_id"]: tile for tile in answer["tiles"]}
    return watcher
