"""Suggestions: the tutor drafts an answer for a teacher alone, who sends it as her own or does not.

Called by `floor_sockets.py`. A suggestion is never stored: who lost one asks again.
"""

from contextlib import aclosing

import structlog

from tutor.ai.errors import ModelCut
from tutor.ai.model import Finish, Model, Prompt
from tutor.chat.access import Access
from tutor.chat.allowance import Allowance
from tutor.chat.briefing import Briefing
from tutor.chat.errors import SuggestionRunning
from tutor.chat.floor_messages import AskSuggestion, SuggestionDelta, SuggestionFinished, SuggestionTicket
from tutor.core.caller import Caller
from tutor.core.clock import Clock, new_id
from tutor.core.errors import NotFound, TutorError
from tutor.core.rooms import Rooms
from tutor.core.tasks import Tasks

log = structlog.get_logger(__name__)


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
        """Begin to draft an answer to the student's last message.

        Raises:
            NotFound: the student has said nothing yet.
            SuggestionRunning: one is being written for this teacher here.
            AiLimit: the teacher asked for too many in a short time.

        """
        conversation = await self._access.taught(caller, command.conversation_id)
        earlier = await self._briefing.earlier(conversation.id)
        question = next((message for message in reversed(earlier) if message.author.kind == "student"), None)
        if question is None:
            raise NotFound(what="message")
        key = (caller.id, conversation.id)
        if key in self._running:
            raise SuggestionRunning
        await self._allowance.take_student(caller.id)
        whispers = await self._briefing.whispers(conversation)
        prompt = self._briefing.prompt(conversation, earlier, question, caller.language, whispers=whispers)
        suggestion_id = new_id()
        self._running.add(key)
        self._tasks.spawn(self._write(key, suggestion_id, prompt), f"suggestion:{suggestion_id}")
        return SuggestionTicket(suggestion_id=suggestion_id)

    async def _write(self, key: tuple[str, str], suggestion_id: str, prompt: Prompt) -> None:
        texts: list[str] = []
        error: TutorError | None = None
        try:
            await self._stream(key, suggestion_id, prompt, texts)
        except TutorError as fault:
            error = fault
            log.warning("suggestion_failed", suggestion=suggestion_id, code=fault.code)
        finally:
            self._running.discard(key)
        teacher_id, conversation_id = key
        ending = SuggestionFinished(
            conversation_id=conversation_id,
            suggestion_id=suggestion_id,
            state="complete" if error is None else "interrupted" if texts else "failed",
            text="".join(texts),
            error=error.code if error is not None else None,
        )
        self._rooms.send(f"user:{teacher_id}", ending)

    async def _stream(self, key: tuple[str, str], suggestion_id: str, prompt: Prompt, texts: list[str]) -> None:
        """Show the text as it comes, gathered for a moment; what is left over comes with the end.

        Raises:
            TutorError: the model failed.

        """
        shown = part = 0
        due = self._clock.monotonic()
        finish: Finish | None = None
        teacher_id, conversation_id = key
        async with aclosing(self._model.stream(prompt)) as stream:
            async for item in stream:
                if isinstance(item, Finish):
                    finish = item
                    continue
                texts.append(item.text)
                if (now := self._clock.monotonic()) >= due:
                    text, shown = "".join(texts[shown:]), len(texts)
                    news = SuggestionDelta(
                        conversation_id=conversation_id, suggestion_id=suggestion_id, part=part, text=text
                    )
                    self._rooms.send(f"user:{teacher_id}", news, droppable=True)
                    part, due = part + 1, now + self._part_s
        if finish is None:
            raise ModelCut
