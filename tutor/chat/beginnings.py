"""How a reply begins: how much help it may give, its prompt, and its storing. Used by `asking.py` and `further.py`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tutor.ai.model import Prompt
from tutor.chat import ladder
from tutor.chat.briefing import Briefing
from tutor.chat.floor_messages import WhisperEnded
from tutor.chat.herald import Herald
from tutor.chat.messages import ReplyTicket
from tutor.chat.models import Author, Conversation, Floor, Ladder, Message, NoMore, Reply, Whisper
from tutor.chat.places import staff_room_of
from tutor.chat.reply import Replies
from tutor.chat.running import Running
from tutor.chat.store import ChatStore
from tutor.classes.models import Rule
from tutor.core.caller import Language
from tutor.core.clock import Clock, new_id
from tutor.core.rooms import Rooms


@dataclass(frozen=True, slots=True)
class Help:
    """How much help a reply may give, with which problem, and how the ladder stands after it.

    `no_more` is why there is none beyond it. A `hint` was asked for as such; it `climbs` when the level is a new one.
    `whispers` are those of the reply that it stands for.
    """

    level: int
    ladder: Ladder
    no_more: NoMore | None
    hint: bool = False
    climbs: bool = False
    whispers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Brief:
    """What a reply is about to be written with."""

    draft: Message
    prompt: Prompt
    whispers: Sequence[Whisper]


class Beginnings:
    """Replies from the wish for one to their first moment."""

    def __init__(
        self, store: ChatStore, rooms: Rooms, replies: Replies, briefing: Briefing, herald: Herald, clock: Clock
    ) -> None:
        self._store = store
        self._rooms = rooms
        self._replies = replies
        self._briefing = briefing
        self._herald = herald
        self._clock = clock

    async def help_for(
        self, conversation: Conversation, rule: Rule, earlier: Sequence[Message], question: Message
    ) -> Help:
        """How much help an ordinary question gets."""
        at_hand = await self._briefing.problem(conversation.id, conversation.ladder.problem_id, earlier)
        stands = ladder.at_question(conversation.ladder, at_hand.text if at_hand is not None else "", question)
        if conversation.about is not None:
            stands = ladder.with_topic(conversation.ladder, stands, conversation.about.question, question)
        level = ladder.level_of(conversation.mode, stands, rule, question.text)
        after = ladder.climbed(conversation.mode, stands, level)
        return Help(level, after, ladder.no_more(conversation.mode, after, rule))

    def draft(
        self, question: Message, language: Language, help_: Help, *, attempt: int = 1, continues: str | None = None
    ) -> Message:
        """A reply before its first word. Its `seq` is found when it is stored."""
        return Message(
            id=new_id(),
            conversation_id=question.conversation_id,
            seq=question.seq + 1,
            client_id=f"{question.id}:{attempt}",
            author=Author("tutor"),
            text="",
            state="queued",
            created_at=self._clock.now(),
            reply=Reply(
                question.id,
                attempt,
                fence=1,
                language=language,
                continues=continues,
                level=help_.level,
                problem_id=help_.ladder.problem_id,
                hint=help_.hint,
                whispers=help_.whispers,
                no_more=help_.no_more,
            ),
        )

    async def brief(
        self, conversation: Conversation, earlier: Sequence[Message], question: Message, draft: Message
    ) -> Brief:
        """What the model is told for a reply to a question."""
        if draft.reply is None:
            raise TypeError("not a reply")
        whispers = await self._briefing.whispers(conversation, draft.reply)
        facts = replace(draft.reply, whispers=tuple(whisper.id for whisper in whispers))
        so_far = await self._briefing.text_up_to(conversation.id, facts.continues)
        prompt = await self._briefing.prompt(conversation, earlier, question, facts, so_far=so_far, whispers=whispers)
        return Brief(replace(draft, reply=facts), prompt, whispers)

    async def store_both(
        self, conversation: Conversation, question: Message, running: Running, floor: Floor
    ) -> Message | None:
        """Store question and reply and let it be shown; None when the question was there already."""
        if floor.state == "approval":
            running.hide()
        stored, reply = await self._store.add_question(question, running.message, conversation.student_id)
        if reply is None:
            return None
        self._herald.added(stored)
        self._herald.added(reply)
        self._replies.admit(running, reply)
        return stored

    async def begin(self, conversation: Conversation, brief: Brief, floor: Floor) -> ReplyTicket:
        """Store a reply to a question that is there already, and let it be written."""
        draft = replace(brief.draft, seq=max(brief.draft.seq, conversation.last_seq + 1))
        with self._replies.beginning(draft, brief.prompt, conversation.student_id) as running:
            if floor.state == "approval":
                running.hide()
            reply, _ = await self._store.add_message(running.message, conversation.student_id)
            self._herald.added(reply)
            self._replies.admit(running, reply)
        await self.use(brief.whispers, reply)
        await self._store.touch(conversation.id, reply.seq, reply.created_at)
        return self._replies.ticket(running.message)

    async def use(self, whispers: Sequence[Whisper], reply: Message) -> None:
        """Tell teachers of the whispers that a reply has used up."""
        for whisper in await self._briefing.use(whispers, reply, self._clock.now()):
            news = WhisperEnded(conversation_id=reply.conversation_id, whisper_id=whisper.id)
            self._rooms.send(staff_room_of(reply.conversation_id), news)


def same_help(conversation: Conversation, old: Message, rule: Rule) -> Help:
    """The help that a reply gave, as far as it is still allowed; of a very old one nobody knows."""
    facts, stands = old.reply, conversation.ladder
    if facts is None or not facts.level:
        level = ladder.level_of(conversation.mode, stands, rule, "")
    else:
        stands, level = Ladder(facts.problem_id, facts.level), min(facts.level, ladder.cap(rule))
    no_more = ladder.no_more(conversation.mode, stands, rule)
    hint, whispers = (facts.hint, facts.whispers) if facts is not None else (False, ())
    return Help(level, stands, no_more, hint=hint, whispers=whispers)
