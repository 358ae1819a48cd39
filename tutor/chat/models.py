"""The nouns of the chat: conversations, messages and the facts of a reply. Plain values with their pure rules."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from tutor.ai.model import FinishReason, Mode, Usage
from tutor.core.caller import Language

AuthorKind = Literal["student", "teacher", "tutor", "system"]
# A reply that is `checking` waits for a teacher; `rejected` is one that she did not let through.
State = Literal["sent", "queued", "running", "checking", "complete", "stopped", "interrupted", "failed", "rejected"]
FloorState = Literal["tutor", "teacher", "approval"]
Rating = Literal["up", "down"]
Lasts = Literal["reply", "lesson"]
NoMore = Literal["hint_cap", "exam_running"]  # the codes of what a wish for more help would be refused with
FINAL: frozenset[State] = frozenset({"sent", "complete", "stopped", "interrupted", "failed", "rejected"})
RUNNING: frozenset[State] = frozenset({"queued", "running"})
WHISPERED = "+"  # in the version of a prompt: what follows is only there when a teacher has whispered
LESSON = timedelta(hours=3)  # the longest that a whisper lasts
SUBJECTS = (
    "math", "physics", "chemistry", "biology", "chinese", "english", "history", "geography", "politics", "other",
)  # fmt: skip
Subject = Literal[
    "math", "physics", "chemistry", "biology", "chinese", "english", "history", "geography", "politics", "other"
]


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a message; the tutor has neither id nor name."""

    kind: AuthorKind
    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that happened in a room, told as a message of the system: what, by whom, and its facts.

    The sentence is made from the catalogue where it is shown.
    """

    kind: str
    by: Author | None = None
    facts: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Floor:
    """Who answers the student: the tutor, a teacher, or the tutor with a teacher who checks every reply first.

    `number` grows with every change, so that of two changes at once only one succeeds. `vigil` names the lease that
    lasts while its teacher is there. `notice` is what the room is told of the change, kept with it, so that whoever
    finds a change that nobody was told of can tell it.
    """

    state: FloorState = "tutor"
    teacher_id: str | None = None
    teacher_name: str | None = None
    since: datetime | None = None
    number: int = 0
    vigil: str | None = None
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    """How much help the student has had with the problem at hand: level 0 is none yet, 5 the full solution.

    `problem_id` is the message that stated the problem.
    """

    problem_id: str | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class About:
    """What a conversation was begun about (`classes/topics.py`): its title, question and cap on help as they were."""

    kind: str
    id: str
    title: str
    question: str
    hint_cap: int | None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A student's room.

    `last_seq` is a hint that never runs ahead of the stored messages; `whispered` says whether a teacher ever whispered
    here, so that nobody looks for whispers where there are none.
    """

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
    floor: Floor = field(default_factory=Floor)
    ladder: Ladder = field(default_factory=Ladder)
    whispered: bool = False
    about: About | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What is known of a tutor's reply beside its text.

    `fence` grows when another node takes the reply over. `continues` is the reply that it goes on from. `language` is
    the asker's, so that another node can begin it again. A `hidden` one is seen by teachers only, from its first word
    on and until one of them lets it through: it waits since `ready_at`, and `reminded` says that they were told of it
    again. `sent_by` is the teacher who decided, at `decided_at`; `draft` the tutor's text where she changed it, `why`
    her reason to reject it. `withheld` is text that a teacher held back to the end; nobody is shown it. `level` is how
    much help it gives with the problem, a `hint` one that was asked for as such, `no_more` why there is none beyond it.
    `whispers` are the ids of those that it was written with.
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
    hidden: bool = False
    ready_at: datetime | None = None
    reminded: bool = False
    sent_by: Author | None = None
    decided_at: datetime | None = None
    draft: str | None = None
    why: str | None = None
    withheld: str = ""
    level: int = 0
    problem_id: str | None = None
    hint: bool = False
    no_more: NoMore | None = None
    whispers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation.

    A tutor's reply is one too, with `reply` set and its text growing; so is what the system tells, with a `notice`.
    `for_teacher` marks what a student said while a teacher had the floor: no reply belongs to it.
    """

    id: str
    conversation_id: str
    seq: int
    client_id: str
    author: Author
    text: str
    state: State
    created_at: datetime
    reply: Reply | None = None
    notice: Notice | None = None
    for_teacher: bool = False

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    @property
    def is_running(self) -> bool:
        """Whether it is a reply that is queued or being written."""
        return self.state in RUNNING

    @property
    def is_hidden(self) -> bool:
        """Whether only teachers may see its text."""
        return self.reply is not None and self.reply.hidden

    def is_same(self, other: "Message") -> bool:
        """Whether it says the same by the same person."""
        return (self.text, self.author.id) == (other.text, other.author.id)

    @property
    def can_go_on(self) -> bool:
        """Whether it is a reply that was cut short and has text to go on from."""
        if self.reply is None or self.reply.hidden or not self.text:
            return False
        return self.state in {"interrupted", "stopped"} or self.reply.finish_reason == "length"


@dataclass(frozen=True, slots=True)
class Whisper:
    """A teacher's private word to the tutor about this student: for the next reply, or the rest of the lesson.

    Either ends when a teacher takes it back, and with the lesson: `LESSON` after it was said. `reply_id` is the reply
    that used up one for the next reply.
    """

    id: str
    conversation_id: str
    client_id: str
    teacher: Author
    text: str
    lasts: Lasts
    created_at: datetime
    ended_at: datetime | None = None
    ended_by: Author | None = None
    reply_id: str | None = None

    @property
    def is_active(self) -> bool:
        return self.ended_at is None

    def at(self, now: datetime) -> "Whisper":
        """The whisper as it is at a moment: by the end of the lesson it has ended by itself."""
        end = self.created_at + LESSON
        return replace(self, ended_at=end) if self.is_active and end <= now else self
