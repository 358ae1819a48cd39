"""Appeals: a live thread of a student with the teachers about one question of a result. Called by the sockets."""

import structlog

from tutor.core.caller import Caller
from tutor.core.clock import Clock
from tutor.core.errors import Conflict, NotAllowed, NotFound
from tutor.core.messages import Event
from tutor.core.rooms import Rooms
from tutor.homework.appeal_store import AppealStore
from tutor.homework.errors import AppealSettled, NotReleased
from tutor.homework.gradebook import Entry, Gradebook
from tutor.homework.models import Appeal, AppealMessage, Submission, appeal_id
from tutor.homework.papers import Papers
from tutor.homework.places import appeal_room_of
from tutor.homework.review_messages import (
    AppealAdded,
    AppealMessageView,
    AppealView,
    AppealWasSettled,
    OneAppeal,
    OpenAppeal,
    SendAppeal,
    SettleAppeal,
)
from tutor.homework.submission_store import SubmissionStore
from tutor.homework.telling import Telling, room_of

log = structlog.get_logger(__name__)


class Appeals:
    """The threads, for their student and the teachers who may see the work. What is said is stored, then told."""

    def __init__(
        self,
        store: AppealStore,
        submissions: SubmissionStore,
        papers: Papers,
        gradebook: Gradebook,
        telling: Telling,
        rooms: Rooms,
        clock: Clock,
    ) -> None:
        self._store = store
        self._submissions = submissions
        self._papers = papers
        self._gradebook = gradebook
        self._telling = telling
        self._rooms = rooms
        self._clock = clock

    async def check(self, caller: Caller, command: OpenAppeal | SendAppeal | SettleAppeal) -> Submission:
        """The submission whose result an appeal is about, for whoever may read the appeal.

        Raises:
            NotAllowed: the caller neither learns nor teaches.
            NotFound: no such submission or question, not the caller's to see, or work that no teacher gave.
            NotReleased: the result was not given back yet.

        """
        submission = await self._seen(caller, command.submission_id)
        entry = await self._gradebook.entry(submission)
        if entry.release is None:
            raise NotReleased
        if not _has_question(entry, command.question_id):
            raise NotFound(what="question")
        return submission

    async def _seen(self, caller: Caller, submission_id: str) -> Submission:
        if caller.role == "teacher":
            return (await self._papers.for_teacher(caller, submission_id)).submission
        if caller.role != "student":
            raise NotAllowed
        found = await self._submissions.find(submission_id)
        if found is None or found.student_id != caller.id or found.assignment_id is None:
            raise NotFound(what="submission")
        return found

    async def read(self, command: OpenAppeal | SettleAppeal) -> OneAppeal:
        """An appeal with all its messages. Whoever asks has been checked."""
        found = await self._store.find(appeal_id(command.submission_id, command.question_id))
        messages = await self._store.messages(found.id) if found is not None else []
        return OneAppeal(
            appeal=AppealView(
                submission_id=command.submission_id,
                question_id=command.question_id,
                state="none" if found is None else "open" if found.settled_at is None else "settled",
                messages=[message_view(one) for one in messages],
            )
        )

    async def send(self, caller: Caller, command: SendAppeal) -> AppealMessageView:
        """Say something; a student's first message opens the appeal. The same `client_id` again adds nothing.

        Raises:
            NotAllowed, NotFound, NotReleased: see `check`; or a teacher speaks before the student has.
            AppealSettled: it was closed.
            Conflict: the same `client_id` came with something else.

        """
        submission = await self.check(caller, command)
        appeal = await self._open(caller, submission, command.question_id)
        if (before := await self._store.sent(appeal.id, command.client_id)) is not None:
            return _repeated(before, caller, command)
        if appeal.settled_at is not None:
            raise AppealSettled
        message, is_new = await self._add(appeal, caller, command)
        if not is_new:
            return _repeated(message, caller, command)
        log.info("appeal_message", appeal=appeal.id, seq=message.seq)
        view = message_view(message)
        news = AppealAdded(submission_id=submission.id, question_id=command.question_id, message=view)
        self._tell(submission, appeal.id, news)
        return view

    async def _open(self, caller: Caller, submission: Submission, question_id: str) -> Appeal:
        found = await self._store.find(appeal_id(submission.id, question_id))
        if found is not None:
            return found
        if caller.role != "student":
            raise NotFound(what="appeal")
        return await self._store.open(
            Appeal(
                id=appeal_id(submission.id, question_id),
                submission_id=submission.id,
                assignment_id=submission.assignment_id,
                question_id=question_id,
                student_id=submission.student_id,
                class_id=submission.class_id,
                opened_at=self._clock.now(),
            )
        )

    async def _add(self, appeal: Appeal, caller: Caller, command: SendAppeal) -> tuple[AppealMessage, bool]:
        """Store it under the next number; whoever else took that number, or sent the same, was faster."""
        while True:
            messages = await self._store.messages(appeal.id)
            seq = messages[-1].seq + 1 if messages else 1
            message = AppealMessage(
                id=f"{appeal.id}:{seq}",
                appeal_id=appeal.id,
                seq=seq,
                client_id=command.client_id,
                author_id=caller.id,
                author_name=caller.name,
                role=caller.role,
                text=command.text,
                sent_at=self._clock.now(),
            )
            if await self._store.add(message):
                return message, True
            if (before := await self._store.sent(appeal.id, command.client_id)) is not None:
                return before, False

    async def settle(self, caller: Caller, command: SettleAppeal) -> OneAppeal:
        """Close an appeal, as a teacher; a closed one stays closed.

        Raises:
            NotFound: there is no such appeal, or not for the caller.

        """
        submission = await self.check(caller, command)
        found = await self._store.find(appeal_id(submission.id, command.question_id))
        if found is None:
            raise NotFound(what="appeal")
        if found.settled_at is None:
            await self._store.settle(found.id, self._clock.now())
            log.info("appeal_settled", appeal=found.id)
            self._tell(
                submission, found.id, AppealWasSettled(submission_id=submission.id, question_id=command.question_id)
            )
        return await self.read(command)

    def _tell(self, submission: Submission, room: str, news: Event) -> None:
        """Tell the student and the teachers who have it open. Who watches the assignment may not teach this student:
        they hear that there is something, not what it says.
        """
        self._rooms.send(room_of(submission.student_id), news)
        self._rooms.send(appeal_room_of(room), news)
        self._telling.changed(submission, released=True)


def message_view(message: AppealMessage) -> AppealMessageView:
    """A message as people see it."""
    return AppealMessageView(
        seq=message.seq,
        author_id=message.author_id,
        author_name=message.author_name,
        role=message.role,
        text=message.text,
        sent_at=message.sent_at,
    )


def _repeated(before: AppealMessage, caller: Caller, command: SendAppeal) -> AppealMessageView:
    if before.author_id != caller.id or before.text != command.text:
        raise Conflict(what="message")
    return message_view(before)


def _has_question(entry: Entry, question_id: str) -> bool:
    return entry.question(question_id) is not None
