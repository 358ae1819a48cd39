"""Running replies: takes the model's pieces and ends each reply once.

`beginnings.py` starts replies, students (`service.py`) and teachers (`holds.py`, `floors.py`) stop them; nothing else
ends one but the model, a limit or a deadline. Closing a tab does not. `delivery.py` shows their text, `keeper.py` keeps
it, `rescue.py` brings those of dead nodes here.
"""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace

import stamina
import structlog

from tutor.ai.errors import ModelCut
from tutor.ai.model import Finish, Model, Prompt
from tutor.chat.changes import Changes
from tutor.chat.claims import Claims
from tutor.chat.delivery import Delivery
from tutor.chat.drafts import Drafts
from tutor.chat.errors import ReplyInterrupted
from tutor.chat.keeper import Keeper
from tutor.chat.messages import ReplyQueued, ReplyStarted, ReplyTicket
from tutor.chat.models import Message, Reply, State
from tutor.chat.paces import Paces
from tutor.chat.parts import PartsLog
from tutor.chat.places import reply_room_of
from tutor.chat.queue import Queue
from tutor.chat.running import Running
from tutor.chat.store import ChatStore
from tutor.chat.views import message_view
from tutor.core.bus import Bus
from tutor.core.clock import Clock
from tutor.core.doors import explain
from tutor.core.errors import TutorError
from tutor.core.mongo import StoreFault
from tutor.core.rooms import Rooms
from tutor.core.tasks import Tasks

log = structlog.get_logger(__name__)

END_WITHIN_S = 60.0
INTERRUPT_S = 2.0


@dataclass(frozen=True, slots=True)
class ReplySettings:
    """How replies are written. Times in seconds."""

    part_s: float
    checkpoint_s: float
    checkpoint_chars: int
    lease_s: float
    max_replies: int
    per_student: int
    queue_s: float


class Replies:
    """All replies that this node is writing or has in its queue."""

    def __init__(
        self,
        store: ChatStore,
        rooms: Rooms,
        log_of_parts: PartsLog,
        bus: Bus,
        model: Model,
        tasks: Tasks,
        clock: Clock,
        settings: ReplySettings,
        changes: Changes,
    ) -> None:
        self._store = store
        self._rooms = rooms
        self._model = model
        self._tasks = tasks
        self._clock = clock
        self._running: dict[str, Running] = {}
        self._queue = Queue(settings.max_replies, settings.queue_s, self._tell_place)
        self.claims = Claims(store, clock, bus.node, lease_s=settings.lease_s, per_student=settings.per_student)
        self.keeper = Keeper(
            store,
            self.claims,
            clock,
            self._running,
            self._show_again,
            checkpoint_s=settings.checkpoint_s,
            checkpoint_chars=settings.checkpoint_chars,
        )
        self.delivery = Delivery(log_of_parts, rooms, bus, reply_room_of, self.keeper.save, settings.part_s)
        self.drafts = Drafts(store, rooms, clock)
        self.changes = changes
        self.paces = Paces()

    def running(self, reply_id: str) -> Running | None:
        """The reply, if this node is writing it."""
        return self._running.get(reply_id)

    def running_in(self, conversation_id: str) -> Running | None:
        """The conversation's reply that this node is writing. One whose end is just being stored does not count.

        Somebody may have read that end already, and ask the next question before the claim is given back.
        """
        shown = (one for one in self._running.values() if one.stored.is_set() and not one.gone and not one.ending)
        return next((one for one in shown if one.message.conversation_id == conversation_id), None)

    def conversations(self) -> set[str]:
        """Where this node is writing."""
        return {running.message.conversation_id for running in self._running.values()}

    def position(self, reply_id: str) -> int | None:
        """The reply's place in this node's queue, 1 being next; None when it does not wait."""
        return self._queue.position(reply_id)

    def ticket(self, reply: Message) -> ReplyTicket:
        """A reply as its student may know of it."""
        return ReplyTicket(id=reply.id, state=message_view(reply).state, position=self.position(reply.id))

    def _tell_place(self, reply_id: str, position: int) -> None:
        if (running := self._running.get(reply_id)) is not None and running.stored.is_set():
            conversation_id = running.message.conversation_id
            news = ReplyQueued(conversation_id=conversation_id, reply_id=reply_id, position=position)
            self._rooms.send(reply_room_of(running.message), news)

    # From the beginning to the end of one reply

    def start(self, draft: Message, prompt: Prompt, student_id: str) -> Running:
        """Ask the model for a reply. Nothing of it is shown before `admit` is told that it is stored."""
        if draft.reply is None:
            raise TypeError("not a reply")
        has_slot = self._queue.enter(draft.id)
        facts = replace(
            draft.reply, provider=self._model.provider, model=self._model.name, prompt_version=prompt.version
        )
        message = replace(draft, state="running" if has_slot else "queued", reply=facts)
        running = Running(message, facts, prompt, student_id, saved_at=self._clock.monotonic())
        self._running[message.id] = running
        running.task = asyncio.create_task(self._write(running))
        running.work = self._tasks.spawn(self._run(running), f"reply:{message.id}")
        return running

    @contextmanager
    def beginning(self, draft: Message, prompt: Prompt, student_id: str) -> Iterator[Running]:
        """Ask the model while the block stores the reply; when it does not `admit` it, nothing was begun."""
        running = self.start(draft, prompt, student_id)
        try:
            yield running
        finally:
            if not running.stored.is_set():
                running.give_up()

    def admit(self, running: Running, stored: Message) -> None:
        """Question and reply are stored: show what there is of it, and what comes."""
        running.message = replace(stored, state=running.message.state)
        running.stored.set()
        if running.message.state == "running":
            self._announce_start(running)
        self.delivery.wake(running)

    async def _run(self, running: Running) -> None:
        message = running.message
        try:
            state, error = await self._outcome(running)
            await running.stored.wait()
            if not running.gone:
                await self._finish(running, state, error)
        finally:
            self._running.pop(message.id, None)
            self._queue.leave(message.id)
            self.changes.tell(message.conversation_id, running.student_id)

    async def _outcome(self, running: Running) -> tuple[State, TutorError | None]:
        if running.task is None:
            raise TypeError("not started")
        try:
            await running.task
        except asyncio.CancelledError:
            return ("stopped", None) if running.stopped else ("interrupted", ReplyInterrupted())
        except (TutorError, StoreFault) as fault:
            error = explain(fault)
            log.warning("reply_failed", reply=running.message.id, code=error.code, stage=str(error.facts.get("stage")))
            return "failed", error
        return "complete", None

    async def _write(self, running: Running) -> None:
        if running.message.state == "queued":
            await self._queue.turn(running.message.id)
            await self._begin_late(running)
        await self._consume(running)
        await running.until_released()

    async def _begin_late(self, running: Running) -> None:
        """A reply that has waited is stored as queued; it becomes running now."""
        await running.stored.wait()
        if not await self._store.start(running.message.id, running.facts.fence):
            running.give_up()
            return
        running.message = replace(running.message, state="running")
        self._announce_start(running)

    def _announce_start(self, running: Running) -> None:
        conversation_id = running.message.conversation_id
        news = ReplyStarted(
            conversation_id=conversation_id, reply_id=running.message.id, message_id=running.facts.question_id
        )
        self._rooms.send(reply_room_of(running.message), news)
        self.changes.tell(conversation_id, running.student_id)

    async def _consume(self, running: Running) -> None:
        started = self._clock.monotonic()
        finish: Finish | None = None
        async with aclosing(self._model.stream(running.prompt)) as stream:
            async for item in stream:
                if isinstance(item, Finish):
                    finish = item
                    continue
                if item.by is not None:
                    running.facts = replace(running.facts, provider=item.by.provider, model=item.by.model)
                if running.facts.first_token_ms is None:
                    waited = round((self._clock.monotonic() - started) * 1000)
                    running.facts = replace(running.facts, first_token_ms=waited)
                self.delivery.add(running, item.text)
        if finish is None:
            raise ModelCut
        running.facts = replace(
            running.facts,
            provider=finish.provider,
            model=finish.model,
            usage=finish.usage,
            finish_reason=finish.reason,
        )

    async def _finish(self, running: Running, state: State, error: TutorError | None) -> None:
        withheld = running.withhold()
        await self.delivery.flush(running)
        if running.gone:
            return
        if state == "failed" and running.parts:
            state = "interrupted"
        if state == "complete" and running.message.is_hidden:
            state = "checking"
        facts = replace(
            running.facts,
            parts=len(running.parts),
            error=error.code if error else None,
            withheld=withheld,
            ready_at=self._clock.now() if state == "checking" else None,
        )
        running.ending = True
        stored = await self._end_in_store(running.message, state, running.text, facts)
        if stored is not None and not stored.is_running:
            await self.drafts.ended(stored)
            self.paces.tell(stored, running.pace((self._clock.now() - stored.created_at).total_seconds()))
            log.info("reply_finished", reply=stored.id, state=stored.state, parts=facts.parts, ms=facts.first_token_ms)

    async def _end_in_store(self, reply: Message, state: State, text: str, facts: Reply) -> Message | None:
        async for attempt in stamina.retry_context(on=StoreFault, attempts=None, timeout=END_WITHIN_S):
            with attempt:
                ended = await self._store.finish(reply, state, text, facts)
                if ended is None and attempt.num > 1:  # an earlier attempt may have done it, and its answer was lost
                    ended = await self._store.message(reply.conversation_id, reply.id)
                return ended
        return None

    # Words from outside, for this node or the one that writes

    async def stop(self, conversation_id: str, reply_id: str) -> bool:
        """End a reply, here or by word to the node that writes it; False when it has ended."""
        if (running := self._running.get(reply_id)) is not None:
            running.stop()
            return True
        return await self.claims.ask_to_stop(conversation_id, reply_id)

    async def hold(self, reply: Message, *, held: bool) -> int | None:
        """Show nothing more of a reply, or everything again, wherever it is written.

        Says how often it was held or released by now; None when it has ended.
        """
        words = await self.claims.ask_to_hold(reply, held=held)
        if words is None:
            return None
        if (running := self._running.get(reply.id)) is not None and running.hold(words.pauses):
            self._show_again(running)
        return words.pauses

    def _show_again(self, running: Running) -> None:
        self.delivery.wake(running)

    # The end of the node

    async def drain(self, seconds: float) -> None:
        """Give the running replies up to `seconds` to end; then leave them to other nodes.

        What nobody has seen a word of is begun anew there; the text of the others is kept, as interrupted.
        """
        await self._hand_over([running for running in self._running.values() if running.message.state == "queued"])
        await self._settle(seconds)
        await self._hand_over([running for running in self._running.values() if not running.parts])
        for running in tuple(self._running.values()):
            running.interrupt()
        await self._settle(INTERRUPT_S)

    async def _settle(self, seconds: float) -> None:
        works = [running.work for running in self._running.values() if running.work is not None]
        if works:
            await asyncio.wait(works, timeout=seconds)

    async def _hand_over(self, replies: list[Running]) -> None:
        for running in replies:
            if running.stored.is_set() and running.quiet.is_set():
                running.give_up()
                try:
                    await self.claims.hand_over(running.message)
                except StoreFault as error:  # then its lease runs out, which only takes longer
                    log.warning("not_handed_over", reply=running.message.id, error=type(error).__name__)
