"""What teachers see of a whole assignment: its statistics, what grading costs, answers that are alike, and tables."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence

from tutor.core.caller import Caller
from tutor.core.cells import csv_of
from tutor.files.service import Files
from tutor.homework.costs import estimate
from tutor.homework.gradebook import Entry
from tutor.homework.models import Question
from tutor.homework.papers import Papers
from tutor.homework.review_messages import Cost, Similar, SimilarPair, Statistics
from tutor.homework.similarity import twins
from tutor.homework.statistics import statistics_of
from tutor.homework.tables import rows_of, xlsx_table


class Overview:
    """An assignment as a whole, for the teachers who look after it, and of the students whom each of them teaches."""

    def __init__(self, papers: Papers, files: Files, price: float | None, currency: str) -> None:
        """`price` is what a million tokens of the AI service cost, in the currency."""
        self._papers = papers
        self._files = files
        self._price = price
        self._currency = currency

    async def statistics(self, caller: Caller, assignment_id: str) -> Statistics:
        """How it went.

        Raises:
            NotFound: no such assignment, or not the caller's.

        """
        stack = await self._papers.stack(caller, assignment_id)
        return statistics_of(stack.assignment, len(stack.students), stack.entries)

    async def similar(self, caller: Caller, assignment_id: str) -> Similar:
        """Answers in words that are nearly the same within a class: a hint to look.

        Raises:
            NotFound: no such assignment, or not the caller's.

        """
        stack = await self._papers.stack(caller, assignment_id)
        # Hundreds of long answers take a while to compare; meanwhile everybody else is served.
        pairs = await asyncio.to_thread(similar_pairs, stack.assignment.questions, stack.entries)
        return Similar(pairs=pairs)

    async def cost(self, caller: Caller, assignment_id: str) -> Cost:
        """What it would take to grade what is not graded yet, and what a teacher may have graded again.

        Raises:
            NotFound: no such assignment, or not the caller's.

        """
        stack = await self._papers.stack(caller, assignment_id)
        waiting = [
            one.submission
            for one in stack.entries
            if one.grade is None or one.waits_for_grading_again(stack.assignment)
        ]
        files = await self._files.views({file_id for one in waiting for file_id in one.file_ids})
        needed = estimate(stack.assignment, waiting, {name: len(file.pages) for name, file in files.items()})
        return Cost(
            submissions=needed.submissions,
            questions=needed.questions,
            calculated=needed.calculated,
            calls=needed.calls,
            pictures=needed.pictures,
            tokens=needed.tokens,
            price=round(needed.tokens * self._price / 1_000_000, 4) if self._price is not None else None,
            currency=self._currency,
        )

    async def csv(self, caller: Caller, assignment_id: str) -> bytes:
        """The results as a CSV file.

        Raises:
            NotFound: no such assignment, or not the caller's.

        """
        stack = await self._papers.stack(caller, assignment_id)
        return csv_of(rows_of(stack.assignment, stack.entries, stack.missing))

    async def xlsx(self, caller: Caller, assignment_id: str) -> bytes:
        """The results as an XLSX file.

        Raises:
            NotFound: no such assignment, or not the caller's.

        """
        stack = await self._papers.stack(caller, assignment_id)
        return await asyncio.to_thread(xlsx_table, rows_of(stack.assignment, stack.entries, stack.missing))


def similar_pairs(questions: Sequence[Question], entries: Sequence[Entry]) -> list[SimilarPair]:
    """The pairs of all questions that are answered in words, the most alike first."""
    classes: dict[str | None, list[Entry]] = defaultdict(list)
    for entry in entries:
        classes[entry.submission.class_id].append(entry)
    found = [
        pair
        for number, question in enumerate(questions, start=1)
        if question.kind == "text"
        for of_class in classes.values()
        for pair in _pairs(number, question, {one.submission.id: one for one in of_class})
    ]
    return sorted(found, key=lambda pair: -pair.share)


def _pairs(number: int, question: Question, entries: Mapping[str, Entry]) -> list[SimilarPair]:
    return [
        SimilarPair(
            question_number=number,
            first_submission_id=one.first,
            first_student=entries[one.first].submission.student_name,
            second_submission_id=one.second,
            second_student=entries[one.second].submission.student_name,
            share=one.share,
            passage=one.passage,
        )
        for one in twins(question.text, {name: entry.answer(question.id) for name, entry in entries.items()})
    ]
