"""Drafts: work that is not handed in yet, kept while it is written. Called by routes and by handing in.

A draft claims its files, so that photos of Friday are there on Sunday.
"""

from tutor.core.caller import Caller
from tutor.core.clock import Clock
from tutor.files.models import Use
from tutor.files.service import Files
from tutor.homework.assignments import Assignments
from tutor.homework.models import Draft, Typed, draft_id
from tutor.homework.submission_messages import DraftView, OneDraft, SaveDraft
from tutor.homework.submission_store import SubmissionStore
from tutor.homework.submission_views import draft_view

OWN = "own"


class Drafting:
    """One draft of each student for each assignment, and one for work of their own. The newest save counts."""

    def __init__(self, store: SubmissionStore, assignments: Assignments, files: Files, clock: Clock) -> None:
        self._store = store
        self._assignments = assignments
        self._files = files
        self._clock = clock

    async def save(self, caller: Caller, about: str, command: SaveDraft) -> OneDraft:
        """Keep a draft in place of the one before; `about` is the id of an assignment, or `own`.

        Raises:
            NotFound: the caller does not have the assignment, or a file is not theirs.

        """
        wanted = Draft(
            id=draft_id(caller.id, await self._subject_of(caller, about)),
            student_id=caller.id,
            assignment_id=None if about == OWN else about,
            answers=tuple(Typed(one.question_id, one.text) for one in command.answers),
            text=command.text,
            file_ids=tuple(dict.fromkeys(command.file_ids)),
            saved_at=self._clock.now(),
        )
        before = await self._store.draft(wanted.id)
        had = before.file_ids if before is not None else ()
        await self._files.claim([one for one in wanted.file_ids if one not in had], caller.id, use_of(wanted.id))
        kept = await self._store.save_draft(wanted)
        await self._files.release([one for one in had if one not in kept.file_ids], use_of(wanted.id))
        return OneDraft(draft=await self._view(kept))

    async def get(self, caller: Caller, about: str) -> OneDraft:
        """The caller's draft, if there is one.

        Raises:
            NotFound: the caller does not have the assignment.

        """
        return OneDraft(draft=await self.find(caller.id, await self._subject_of(caller, about)))

    async def find(self, student_id: str, assignment_id: str | None) -> DraftView | None:
        """A student's draft for an assignment, or of work of their own."""
        draft = await self._store.draft(draft_id(student_id, assignment_id))
        return None if draft is None else await self._view(draft)

    async def drop(self, student_id: str, assignment_id: str | None) -> None:
        """Forget a draft: it was handed in."""
        draft = await self._store.draft(draft_id(student_id, assignment_id))
        if draft is not None:
            await self._store.drop_draft(draft.id)
            await self._files.release(draft.file_ids, use_of(draft.id))

    async def _subject_of(self, caller: Caller, about: str) -> str | None:
        if about == OWN:
            return None
        await self._assignments.for_student(caller, about)
        return about

    async def _view(self, draft: Draft) -> DraftView:
        return draft_view(draft, await self._files.views(draft.file_ids))


def use_of(draft: str) -> Use:
    """What a draft's files are used for."""
    return Use("draft", draft)
