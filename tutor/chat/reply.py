"""Running replies: takes the model's pieces, sends them to the room in parts, keeps them, and ends each reply once.

`service.py` starts and stops replies; nothing else ends one but the model, a limit or a deadline. Closing a tab does
not.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

import stamina
import structlog

from tutor.ai.errors import ModelCut
from tutor.ai.model import Finish, Model, Prompt
from tutor.chat.claims import Claims
from tutor.chat.errors import QueueTooLong, ReplyInterrupted
from tutor.chat.messages import ReplyDelta, ReplyFinished, ReplyStarted
from tutor.chat.models import Message, Reply, State
from tutor.chat.parts import PartsLog
from tutor.chat.running import Running
from tutor.chat.store import ChatStore
from tutor.chat.views import message_view
from tutor.core.clock import Clock
from tutor.core.doors import explain
from tutor.core.errors import TutorError
from tutor.core.mongo import StoreFault
from tutor.core.rooms import Rooms
from tutor.core.tasks import Tasks

log = structlog.get_logger(__name__)

HISTORY = 60
END_WITHIN_S = 60.0
INTERRUPT_S = 2.0


def room_of(conversation_id: str) -> str:
    """The name of a conversation's room."""
    return f"conversation:{conversation_id}"


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
        model: Model,
        tasks: Tasks,
        clock: Clock,
        settings: ReplySettings,
        node: str,
    ) -> None:
        self._store = store
        self._rooms = rooms
        self._log = log_of_parts
        self._model = model
        self._tasks = tasks
        self._clock = clock
        self._settings = settings
        self._slots = asyncio.Semaphore(settings.max_replies)
        self.claims = Claims(store, clock, node, lease_s=settings.lease_s, per_student=settings.per_student)
        self._waiting: OrderedDict[str, None] = OrderedDict()
        self._running: dict[str, Running] = {}
        self.on_change: Callable[[str], None] = lambda _conversation_id: None

    def running(self, reply_id: str) -> Running | None:
        """The reply, if this node is writing it."""
        return self._running.get(reply_id)

    def position(self, reply_id: str) -> int | None:
        """The reply's place in this node's queue, 1 being next; None when it does not wait."""
        return list(self._waiting).index(reply_id) + 1 if reply_id in self._waiting else None

    async def drain(self, seconds: float) -> None:
        """Give the running replies up to `seconds` to end; those that do not are kept as interrupted."""
        for patience in (seconds, INTERRUPT_S):
            works = [running.work for running in self._running.values() if running.work is not None]
            if works:
                await asyncio.wait(works, timeout=patience)
            for running in self._running.values():
                running.interrupt()

    def start(self, message: Message, build: Callable[[list[Message]], Prompt]) -> None:
        """Begin a stored reply in the background. `build` makes the prompt from the dialogue up to the question."""
        if message.reply is None:
            raise TypeError("not a reply")
        running = Running(message, message.reply)
        self._running[message.id] = running
        if self._slots.locked():
            self._waiting[message.id] = None
        running.work = self._tasks.spawn(self._run(running, build), f"reply:{message.id}")

    async def _run(self, running: Running, build: Callable[[list[Message]], Prompt]) -> None:
        message = running.message
        keeper = self._tasks.spawn(self._keep(running), f"keep:{message.id}")
        try:
            running.task = asyncio.create_task(self._write(running, build))
            if running.cancelled:
                running.task.cancel()
            state, error = await self._outcome(running)
            await self._finish(running, state, error)
        finally:
            keeper.cancel()
            self._waiting.pop(message.id, None)
            self._running.pop(message.id, None)
            self.on_change(message.conversation_id)

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
            return ("interrupted" if running.parts or running.buffer else "failed"), error
        return "complete", None

    async def _write(self, running: Running, build: Callable[[list[Message]], Prompt]) -> None:
        message = running.message
        await self._wait_for_slot(message.id)
        try:
            dialogue = await self._dialogue(message)
            prompt = build(dialogue)
            running.facts = replace(
                running.facts, provider=self._model.provider, model=self._model.name, prompt_version=prompt.version
            )
            if not await self._store.start(message.id, running.facts.fence):
                raise ReplyInterrupted
            running.message = replace(message, state="running")
            self._rooms.send(
                room_of(message.conversation_id),
                ReplyStarted(
                    conversation_id=message.conversation_id,
                    reply_id=message.id,
                    message_id=running.facts.question_id,
                ),
            )
            self.on_change(message.conversation_id)
            await self._consume(running, prompt)
        finally:
            self._slots.release()

    async def _wait_for_slot(self, reply_id: str) -> None:
        try:
            async with asyncio.timeout(self._settings.queue_s):
                await self._slots.acquire()
        except TimeoutError as error:
            raise QueueTooLong from error
        finally:
            self._waiting.pop(reply_id, None)

    async def _dialogue(self, reply: Message) -> list[Message]:
        question_id = reply.reply.question_id if reply.reply else ""
        earlier = await self._store.messages(reply.conversation_id, reply.seq - HISTORY, reply.seq)
        question = next((message for message in earlier if message.id == question_id), None)
        if question is None:
            question = await self._store.message(reply.conversation_id, question_id)
        if question is None:
            raise ReplyInterrupted
        return [message for message in earlier if message.seq < question.seq] + [question]

    async def _consume(self, running: Running, prompt: Prompt) -> None:
        started = self._clock.monotonic()
        finish: Finish | None = None
        async with aclosing(self._model.stream(prompt)) as stream:
            async for item in stream:
                if isinstance(item, Finish):
                    finish = item
                    continue
                if running.facts.first_token_ms is None:
                    waited = round((self._clock.monotonic() - started) * 1000)
                    running.facts = replace(running.facts, first_token_ms=waited)
                self._push(running, item.text)
        if finish is None:
            raise ModelCut
        running.facts = replace(
            running.facts,
            provider=finish.provider,
            model=finish.model,
            usage=finish.usage,
            finish_reason=finish.reason,
        )

    def _push(self, running: Running, text: str) -> None:
        """The first piece leaves at once; later ones are gathered for a moment."""
        running.buffer.append(text)
        if running.timer is not None:
            return
        wait = running.last_part_at + self._settings.part_s - self._clock.monotonic()
        if wait <= 0:
            self._flush(running)
        else:
            running.timer = asyncio.get_running_loop().call_later(wait, self._flush, running)

    def _flush(self, running: Running) -> None:
        if running.timer is not None:
            running.timer.cancel()
            running.timer = None
        if not running.buffer:
            return
        text = "".join(running.buffer)
        running.buffer.clear()
        number = len(running.parts)
        running.parts.append(text)
        running.characters += len(text)
        running.last_part_at = self._clock.monotonic()
        message = running.message
        self._rooms.send(
            room_of(message.conversation_id),
            ReplyDelta(conversation_id=message.conversation_id, reply_id=message.id, part=number, text=text),
            droppable=True,
        )
        running.news.set()

    async def _keep(self, running: Running) -> None:
        """Beside the writing: log new parts to Redis, and checkpoint text and lease in MongoDB."""
        saved_at, saved = self._clock.monotonic(), 0
        while self._running.get(running.message.id) is running:  # a library may lose the cancellation at its end
            due = saved_at + self._settings.checkpoint_s - self._clock.monotonic()
            try:
                async with asyncio.timeout(max(due, 0)):
                    await running.news.wait()
            except TimeoutError:
                pass
            running.news.clear()
            await self._log_parts(running)
            now = self._clock.monotonic()
            grown = running.characters - saved
            if now - saved_at >= self._settings.checkpoint_s or grown >= self._settings.checkpoint_chars:
                saved_at, saved = now, running.characters
                await self._checkpoint(running)

    async def _log_parts(self, running: Running) -> None:
        new = running.parts[running.logged :]
        if not new:
            return
        outcome = await self._log.append(running.message.id, running.facts.fence, running.logged, new)
        if outcome == "ok":
            running.logged += len(new)
        elif outcome == "hole":  # Redis has lost what it had: it gets everything again
            running.logged = 0

    async def _checkpoint(self, running: Running) -> None:
        message, fence = running.message, running.facts.fence
        try:
            stop = await self._store.checkpoint(message.id, fence, running.text, len(running.parts))
            await self._renew(running)
        except StoreFault as error:
            log.warning("checkpoint_missed", reply=message.id, error=type(error).__name__)
            return
        if stop is None:
            running.interrupt()
        elif stop:
            running.stop()

    async def _renew(self, running: Running) -> None:
        now = self._clock.monotonic()
        if now - running.renewed_at >= self._settings.lease_s / 3:
            running.renewed_at = now
            await self.claims.renew(running.message)

    async def _finish(self, running: Running, state: State, error: TutorError | None) -> None:
        self._flush(running)
        message = running.message
        facts = replace(running.facts, parts=len(running.parts), error=error.code if error else None)
        await self._log_parts(running)
        stored = await self._end_in_store(message, state, running.text, facts)
        if stored is not None and stored.is_final:
            self.announce_end(stored)
            log.info("reply_finished", reply=message.id, state=stored.state, parts=facts.parts, ms=facts.first_token_ms)

    async def _end_in_store(self, reply: Message, state: State, text: str, facts: Reply) -> Message | None:
        async for attempt in stamina.retry_context(on=StoreFault, attempts=None, timeout=END_WITHIN_S):
            with attempt:
                ended = await self._store.finish(reply, state, text, facts)
                if ended is None and attempt.num > 1:  # an earlier attempt may have done it, and its answer was lost
                    ended = await self._store.message(reply.conversation_id, reply.id)
                return ended
        return None

    async def end_abandoned(self) -> None:
        """End the replies whose node went away; what their viewers have read stays."""
        for lease in await self.claims.run_out():
            reply = await self._store.message(lease.id, lease.subject)
            if reply is None or reply.is_final:
                await self._store.leases.give_back(lease.id, lease.subject)
            elif reply.reply is not None and reply.id not in self._running:
                await self._abandon(reply, reply.reply)

    async def _abandon(self, reply: Message, facts: Reply) -> None:
        parts = await self._log.read(reply.id, 0)
        text, count = reply.text, facts.parts
        if parts is not None and len(parts) > count:
            text, count = "".join(part.text for part in parts), len(parts)
        ended = replace(facts, parts=count, error=ReplyInterrupted.code)
        stored = await self._store.finish(reply, "interrupted", text, ended)
        if stored is not None:
            log.warning("reply_abandoned", reply=reply.id)
            self.announce_end(stored)
            self.on_change(stored.conversation_id)

    def announce_end(self, reply: Message) -> None:
        """Tell the room that a reply has reached its final state."""
        self._rooms.send(
            room_of(reply.conversation_id),
            ReplyFinished(
                conversation_id=reply.conversation_id,
                reply_id=reply.id,
                state=reply.state,
                parts=reply.reply.parts if reply.reply else 0,
                length=len(reply.text),
                message=message_view(reply),
            ),
        )
