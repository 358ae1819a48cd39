"""Suggestions: the tutor drafts an answer for a teacher alone, who sends it as her own or does not.

Called by `floor_sockets.py`. A suggestion is never stored: who lost one asks again.
"""

from contextlib import ExitStack, aclosing
from dataclasses import dataclass, field

import structlog

from tutor.ai.embedded.request import FULL
from tutor.ai.errors import ModelCut
from tutor.ai.model import Finish, Model, Prompt
from tutor.chat.access import Access
from tutor.chat.allowance import Allowance
from tutor.chat.briefing import Briefing
from tutor.chat.errors import SuggestionRunning
from tutor.chat.floor_messages import AskSuggestion, SuggestionDelta, SuggestionFinished, SuggestionTicket
from tutor.chat.models import Conversation, Reply
from tutor.core.caller import Caller
from tutor.core.clock import Clock, new_id
from tutor.core.errors import NotAllowed, NotFound, TutorError
from tutor.core.rooms import Rooms
from tutor.core.tasks import Tasks

log = structlog.get_logger(__name__)

RIGHTS_S = 3.0  # taking a right away acts within 5 s


@dataclass(slots=True)
class Suggested:
    """A suggestion that is being written, and the teacher whom it is for. `checked_at` is in monotonic seconds."""

    id: str
    teacher: Caller
    conversation: Conversation
    checked_at: float
    texts: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str]:
        """One at a time of these."""
        return self.teacher.id, self.conversation.id


class Suggestions:
    """The suggestions that this node is writing. Their text goes out at most every `part_s` seconds."""

    def __init__(
        self,
        access: Access,
        briefing: Briefing,
        model: Model,
        allowance: Allowance,
        rooms: Rooms,
        tasks: Tasks,
        clock: Clock,
        part_s: float,
    ) -> None:
        self._access = access
        self._briefing = briefing
        self._model = model
        self._allowance = allowance
        self._rooms = rooms
        self._tasks = tasks
        self._clock = clock
        self._part_s = part_s
        self._running: set[tuple[str, str]] = set()

    async def ask(self, caller: Caller, command: AskSuggestion) -> SuggestionTicket:
        """Begin to draft an answer to the student's last message; it may give everything away, as only she sees it.

        Raises:
            NotFound: the student has said nothing yet.
            SuggestionRunning: one is being written for this teacher here.
            AiLimit: the teacher asked for too many in a short time.

        """
        conversation = await self._access.taught(caller, command.conversation_id)
        wanted = Suggested(new_id(), caller, conversation, self._clock.monotonic())
        if wanted.key in self._running:
            raise SuggestionRunning
        with ExitStack() as undone:
            self._running.add(wanted.key)
            undone.callback(self._running.discard, wanted.key)
            prompt = await self._prompt(caller, conversation)
            undone.pop_all()
        self._tasks.spawn(self._write(wanted, prompt), f"suggestion:{wanted.id}")
        return SuggestionTicket(suggestion_id=wanted.id)

    async def _prompt(self, caller: Caller, conversation: Conversation) -> Prompt:
        earlier = await self._briefing.earlier(conversation.id)
        question = next((message for message in reversed(earlier) if message.author.kind == "student"), None)
        if question is None:
            raise NotFound(what="message")
        await self._allowance.take_student(caller.id)
        problem_id = conversation.ladder.problem_id
        reply = Reply(question.id, 0, fence=0, language=caller.language, level=FULL, problem_id=problem_id)
        whispers = await self._briefing.whispers(conversation)
        return await self._briefing.prompt(conversation, earlier, question, reply, whispers=whispers)

    async def _write(self, wanted: Suggested, prompt: Prompt) -> None:
        error: TutorError | None = None
        try:
            await self._stream(wanted, prompt)
        except (NotAllowed, NotFound):
            log.info("suggestion_dropped", suggestion=wanted.id, user=wanted.teacher.id)
            return
        except TutorError as fault:
            error = fault
            log.warning("suggestion_failed", suggestion=wanted.id, code=fault.code)
        finally:
            self._running.discard(wanted.key)
        ending = SuggestionFinished(
            conversation_id=wanted.conversation.id,
            suggestion_id=wanted.id,
            state="complete" if error is None else "interrupted" if wanted.texts else "failed",
            text="".join(wanted.texts),
            error=error.code if error is not None else None,
        )
        self._rooms.send(_room_of(wanted), ending)

    async def _stream(self, wanted: Suggested, prompt: Prompt) -> None:
        """Show the text as it comes, gathered for a moment; what is left over comes with the end.

        Raises:
            NotAllowed, NotFound: the teacher does not teach the student any more.
            TutorError: the model failed.

        """
        shown = part = 0
        due = self._clock.monotonic()
        finish: Finish | None = None
        async with aclosing(self._model.stream(prompt)) as stream:
            async for item in stream:
                if isinstance(item, Finish):
                    finish = item
                    continue
                wanted.texts.append(item.text)
                if (now := self._clock.monotonic()) >= due:
                    await self._check(wanted, now)
                    text, shown = "".join(wanted.texts[shown:]), len(wanted.texts)
                    news = SuggestionDelta(
                        conversation_id=wanted.conversation.id, suggestion_id=wanted.id, part=part, text=text
                    )
                    self._rooms.send(_room_of(wanted), news, droppable=True)
                    part, due = part + 1, now + self._part_s
        await self._check(wanted, self._clock.monotonic())
        if finish is None:
            raise ModelCut

    async def _check(self, wanted: Suggested, now: float) -> None:
        """See now and then that she still teaches the student: the events go to her, in whatever rooms she is."""
        if now - wanted.checked_at >= RIGHTS_S:
            await self._access.taught(wanted.teacher, wanted.conversation.id)
            wanted.checked_at = now


def _room_of(wanted: Suggested) -> str:
    return f"user:{wanted.teacher.id}"
