"""The nouns of the chat: conversations, messages and the facts of a reply. Plain values with their pure rules."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tutor.ai.model import FinishReason, Mode, Usage
from tutor.core.caller import Language

AuthorKind = Literal["student", "teacher", "tutor", "system"]
State = Literal["sent", "queued", "running", "complete", "stopped", "interrupted", "failed"]
Rating = Literal["up", "down"]
FINAL: frozenset[State] = frozenset({"sent", "complete", "stopped", "interrupted", "failed"})
SUBJECTS = (
    "math", "physics", "chemistry", "biology", "chinese", "english", "history", "geography", "politics", "other",
)  # fmt: skip
Subject = Literal[
    "math", "physics", "chemistry", "biology", "chinese", "english", "history", "geography", "politics", "other"
]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A student's room. `last_seq` is a hint that never runs ahead of the stored messages."""

    id: str
    student_id: str
    client_id: str
    title: str
    subject: Subject
    grade: int
    mode: Mode
    last_seq: int
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a message; the tutor has neither id nor name."""

    kind: AuthorKind
    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What is known of a tutor's reply beside its text.

    `fence` grows when another node takes the reply over. `continues` is the reply that it goes on from. `language` is
    the asker's, so that another node can begin it again.
    """

    question_id: str
    attempt: int
    fence: int
    parts: int = 0
    provider: str | None = None
    model: str | None = None
    prompt_version: str | None = None
    usage: Usage = field(default_factory=Usage)
    first_token_ms: int | None = None
    finish_reason: FinishReason | None = None
    error: str | None = None
    rating: Rating | None = None
    language: Language = "zh"
    continues: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation; a tutor's reply is one too, with `reply` set and its text growing."""

    id: str
    conversation_id: str
    seq: int
    client_id: str
    author: Author
    text: str
    state: State
    created_at: datetime
    reply: Reply | None = None

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    @property
    def can_go_on(self) -> bool:
        """Whether it is a reply that was cut short and has text to go on from."""
        if self.reply is None or not self.text:
            return False
        return self.state in {"interrupted", "stopped"} or self.reply.finish_reason == "length"
