"""What crosses the edge of the chat: socket commands and their answers, events to a room, and the HTTP bodies."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from tutor.ai.model import Mode
from tutor.chat.models import AuthorKind, FloorState, Lasts, NoMore, Rating, State, Subject
from tutor.core.caller import Role
from tutor.core.messages import Answer, ClientId, Command, Event, Id

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Part = Annotated[int, Field(ge=0, le=2**31)]  # MongoDB could not take every integer that JSON can write
Seq = Annotated[int, Field(ge=0, le=2**31)]


# What is shown


class FloorView(Answer):
    """Who answers the student, and since when. `number` grows with every change."""

    state: FloorState
    teacher_id: str | None
    teacher_name: str | None
    since: datetime | None
    number: int


class AboutView(Answer):
    """What a conversation is about, for a page to show."""

    kind: str
    id: str
    title: str


class ConversationView(Answer):
    """A conversation as its student and teachers see it.

    `level` is how much help there was with the last problem: 0 none yet, 1 a nudge, 2 a hint, 3 the first step,
    4 an example, 5 the full solution.
    """

    id: str
    student_id: str
    title: str
    subject: Subject
    grade: int
    mode: Mode
    last_seq: int
    archived: bool
    deleted: bool
    floor: FloorView
    level: int
    created_at: datetime
    updated_at: datetime
    about: AboutView | None = None


class AuthorView(Answer):
    """Who wrote a message."""

    kind: AuthorKind
    id: str | None = None
    name: str | None = None


class UsageView(Answer):
    """Tokens as the AI service counted them."""

    prompt_tokens: int
    completion_tokens: int


class ReplyView(Answer):
    """What is known of a tutor's reply beside its text.

    `error` is the code of what ended it early; `continues` is the reply that this one goes on from. The text of a
    `hidden` one is shown to teachers only. `sent_by` is the teacher who let it through or rejected it, at `decided_at`.
    Teachers alone see since when it waits for them (`ready_at`), the tutor's own text where it was changed (`draft`),
    and `why` it was rejected. `level` is how much help it gives with a problem, 0 when it is about none, and `no_more`
    the code of what keeps the student from more; None: `hint.next` gives it.
    """

    question_id: str
    attempt: int
    parts: int
    provider: str | None
    model: str | None
    prompt_version: str | None
    usage: UsageView
    first_token_ms: int | None
    finish_reason: str | None
    error: str | None
    rating: Rating | None
    continues: str | None = None
    hidden: bool = False
    sent_by: AuthorView | None = None
    decided_at: datetime | None = None
    ready_at: datetime | None = None
    draft: str | None = None
    why: str | None = None
    level: int = 0
    no_more: NoMore | None = None


class NoticeView(Answer):
    """What the system tells in a room: what happened, by whom, and its facts. The client words it."""

    kind: str
    by: AuthorView | None
    facts: dict[str, str | int]


class MessageView(Answer):
    """One message; the tutor's reply is a message with `reply` set, what the system tells one with `notice` set."""

    id: str
    seq: int
    conversation_id: str
    client_id: str
    author: AuthorView
    text: str
    state: State
    created_at: datetime
    reply: ReplyView | None = None
    notice: NoticeView | None = None


class PartView(Answer):
    """One part of a running reply; parts count from 0."""

    part: int
    text: str


class PresentView(Answer):
    """Someone who has the room open, counted once however many tabs they have."""

    id: str
    name: str
    role: Role


# Socket commands and the data in their acks


class AboutPart(Command):
    """Something to talk about: a question of a result that is back (`homework`, `{submission_id}:{question_id}`), or of
    an assignment (`assignment`, `{assignment_id}:{question_id}`).
    """

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z]{1,20}$")]
    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-z:]{1,80}$")]


class CreateConversation(Command):
    """Open a new conversation. The same `client_id` again gives the same conversation.

    Without a `mode` it is `guide`, or what the student's classes allow. `about` something, it has its subject, and the
    student's open conversation about the same is given again.
    """

    client_id: ClientId
    subject: Subject = "math"
    grade: Annotated[int, Field(ge=1, le=12)] | None = None
    mode: Mode | None = None
    title: Title | None = None
    about: AboutPart | None = None


class OneConversation(Answer):
    """A conversation in its envelope."""

    conversation: ConversationView


class RunningReply(Command):
    """How much of a running reply the client has: parts below `part`."""

    id: Id
    part: Part


class OpenConversation(Command):
    """Enter a room, or catch up after a gap: what lies after `after_seq`, and the parts from `reply.part` on.

    Who reads while the student is away may say `why`: the student sees it.
    """

    conversation_id: Id
    after_seq: Seq | None = None
    reply: RunningReply | None = None
    why: Why | None = None


class OpenedReply(Answer):
    """The running reply: either the missing `parts`, or all its `text` so far; live parts continue at `next_part`.

    One that is `held` is written on, and shows nothing more until a teacher releases it.
    """

    id: str
    state: State
    held: bool = False
    parts: list[PartView] | None = None
    text: str | None = None
    next_part: int


class WhisperView(Answer):
    """A teacher's private word to the tutor; no student ever sees it. Three hours later it has ended by itself."""

    id: str
    client_id: str
    teacher: AuthorView
    text: str
    lasts: Lasts
    created_at: datetime
    ended_at: datetime | None


class Desk(Answer):
    """What teachers see of a room beside its messages: their whispers in force, and the drafts that wait for them.

    Of very many drafts the oldest come first, and the others are among the messages.
    """

    whispers: list[WhisperView]
    drafts: list[MessageView]


class Opened(Answer):
    """A room as it is now. When `messages` ends below `conversation.last_seq`, open again after its last `seq`.

    Teachers get their `desk` too.
    """

    conversation: ConversationView
    messages: list[MessageView]
    reply: OpenedReply | None = None
    present: list[PresentView]
    desk: Desk | None = None


class CloseConversation(Command):
    """Leave a room; a running reply goes on."""

    conversation_id: Id


class SendMessage(Command):
    """Say something in a room. The same `client_id` again gives the same answer; other content is a conflict."""

    conversation_id: Id
    client_id: ClientId
    text: Text


class ReplyTicket(Answer):
    """The reply that was started; `position` is its place in the queue while it waits (1 is next)."""

    id: str
    state: State
    position: int | None = None


class MessageSent(Answer):
    """The stored message, and the tutor's reply to it: None when a teacher wrote, or has the floor."""

    message: MessageView
    reply: ReplyTicket | None


class StopReply(Command):
    """End a running reply; its text so far stays."""

    conversation_id: Id
    reply_id: Id


class RetryReply(Command):
    """Ask for a new reply to the same question; the old one stays in the history."""

    conversation_id: Id
    reply_id: Id


class ContinueReply(Command):
    """Go on from where a reply was cut short: a new reply that holds only what follows."""

    conversation_id: Id
    reply_id: Id


class NextHint(Command):
    """Ask for more help with the problem at hand: one level up, and a reply at that level.

    `level` is the wanted one: for a level that the student has come to already, the answer is the same again. Whoever
    asks for a hint in words of their own (`message.send`) is helped in the same way.
    """

    conversation_id: Id
    level: Annotated[int, Field(ge=1, le=5)] | None = None


class HintGiven(Answer):
    """The level of help that the conversation has come to, and the reply that was started."""

    level: int
    reply: ReplyTicket


class RateReply(Command):
    """Say whether a reply helped; None takes the rating back."""

    conversation_id: Id
    reply_id: Id
    rating: Rating | None


class OneMessage(Answer):
    """A message in its envelope."""

    message: MessageView


class OneReply(Answer):
    """A reply after a command on it."""

    reply: ReplyTicket


# Events to a room


class MessageAdded(Event):
    """A message was stored; a reply is announced this way too, still empty."""

    event: ClassVar[str] = "message.added"
    conversation_id: str
    message: MessageView


class MessageChanged(Event):
    """Something about a stored message changed (its rating)."""

    event: ClassVar[str] = "message.changed"
    conversation_id: str
    message: MessageView


class ReplyQueued(Event):
    """A waiting reply has moved up; `position` is its place in the queue, 1 is next."""

    event: ClassVar[str] = "reply.queued"
    conversation_id: str
    reply_id: str
    position: int


class ReplyStarted(Event):
    """The tutor begins to write; `message_id` is the question."""

    event: ClassVar[str] = "reply.started"
    conversation_id: str
    reply_id: str
    message_id: str


class ReplyDelta(Event):
    """The next part of a running reply: only its new text."""

    event: ClassVar[str] = "reply.delta"
    conversation_id: str
    reply_id: str
    part: int
    text: str


class ReplyFinished(Event):
    """A reply reached its final state. `length` counts the characters (code points) of its whole text."""

    event: ClassVar[str] = "reply.finished"
    conversation_id: str
    reply_id: str
    state: State
    parts: int
    length: int
    message: MessageView


class UnfinishedReply(Answer):
    """A reply that is queued or being written; `part` is the number of its next part."""

    id: str
    part: int


class ConversationTop(Event):
    """Told every 20 s to everybody in the room: the highest `seq`, and the reply that is not finished, if there is one.

    Who lacks something of it opens the conversation again. `checking` are the replies that a teacher still has to let
    through; for teachers, one of them may be the `reply` that is being written.
    """

    event: ClassVar[str] = "conversation.top"
    conversation_id: str
    seq: int
    reply: UnfinishedReply | None
    checking: list[str]


class PresenceChanged(Event):
    """Who has the room open now."""

    event: ClassVar[str] = "presence.changed"
    conversation_id: str
    present: list[PresentView]


class ConversationChanged(Event):
    """A conversation of the student was created, renamed, archived, deleted or restored; to all their devices."""

    event: ClassVar[str] = "conversation.changed"
    conversation: ConversationView


# HTTP


class UpdateConversation(Command):
    """Rename or archive a conversation, or change its mode; a field that is left out stays."""

    title: Title | None = None
    mode: Mode | None = None
    archived: bool | None = None


class ListConversations(Command):
    """A page of a student's conversations, last used first."""

    archived: bool = False
    cursor: Annotated[str, StringConstraints(max_length=100)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 30


class Conversations(Answer):
    """A page; `next` is the cursor of the following one, None at the end."""

    items: list[ConversationView]
    next: str | None


class ListMessages(Command):
    """A page of a conversation's messages: the ones after or before a `seq`, or else the newest."""

    after_seq: Seq | None = None
    before_seq: Seq | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class Messages(Answer):
    """Messages in order of `seq`; `next` is the `seq` to go on from in the same direction, None at the end."""

    items: list[MessageView]
    next: int | None


class SearchConversations(Command):
    """Look for words in the titles and the own messages of the caller's conversations."""

    q: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class Hit(Answer):
    """A conversation that matches; `message_id` and `seq` say where, None when the title does."""

    conversation: ConversationView
    message_id: str | None
    seq: int | None
    excerpt: str


class Hits(Answer):
    """What was found, last used conversation first; at most 50."""

    items: list[Hit]
