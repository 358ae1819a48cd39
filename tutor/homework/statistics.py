"""How an assignment went, in numbers, and how often teachers kept what was proposed. Pure; used by `overview.py`."""

from collections import Counter
from collections.abc import Sequence
from statistics import fmean, median

from tutor.homework.deciding import StandingAward, StandingQuestion
from tutor.homework.gradebook import Entry
from tutor.homework.models import Assignment, Criterion, Question
from tutor.homework.review_messages import CriterionAgreement, QuestionStatistics, Statistics

BINS = 10
COMMONEST = 3
SHOWN = 60
SAME = 0.005  # points have two places


def statistics_of(assignment: Assignment, students: int, entries: Sequence[Entry]) -> Statistics:
    """The numbers of an assignment that so many students have; `entries` are what they have handed in."""
    points = [known for one in entries if (known := one.points(assignment)) is not None]
    return Statistics(
        students=students,
        handed_in=len(entries),
        late=sum(one.submission.late_s > 0 for one in entries),
        released=sum(one.release is not None for one in entries),
        graded=sum(one.grade is not None for one in entries),
        mean=round(fmean(points), 2) if points else None,
        median=round(median(points), 2) if points else None,
        best=max(points, default=None),
        worst=min(points, default=None),
        max_points=assignment.points,
        bins=bins_of(points, assignment.points),
        questions=[
            question_statistics(number, question, _standing(entries, question))
            for number, question in enumerate(assignment.questions, start=1)
        ],
        agreement=agreement_of(assignment, entries),
    )


def bins_of(points: Sequence[float], most: float) -> list[int]:
    """How many results lie in each tenth of the points; all of them count to the last."""
    bins = [0] * BINS
    for one in points:
        share = one / most if most else 0.0
        bins[min(int(share * BINS + 1e-9), BINS - 1)] += 1
    return bins


def question_statistics(number: int, question: Question, found: Sequence[StandingQuestion]) -> QuestionStatistics:
    """How one question went for those whose work is graded."""
    decided = [(known, one) for one in found if (known := one.points) is not None]
    shares = [points / one.grade.max_points for points, one in decided if one.grade.max_points]
    full = sum(points >= one.grade.max_points - SAME for points, one in decided)
    none = sum(points < SAME for points, _ in decided)
    return QuestionStatistics(
        question_id=question.id,
        number=number,
        question=question.text,
        mean_share=round(fmean(shares), 3) if shares else None,
        full=full,
        part=len(decided) - full - none,
        none=none,
        undecided=len(found) - len(decided),
        commonest=_commonest([one for points, one in decided if points < one.grade.max_points - SAME]),
    )


def agreement_of(assignment: Assignment, entries: Sequence[Entry]) -> list[CriterionAgreement]:
    """For each criterion that teachers have ruled about and something was proposed for: how often they kept it.

    `off` is the mean of how far they went from it, in points.
    """
    return [
        agreed
        for number, question in enumerate(assignment.questions, start=1)
        for criterion in question.rubric
        if (agreed := _agreement(number, criterion, _standing(entries, question))) is not None
    ]


def _agreement(number: int, criterion: Criterion, found: Sequence[StandingQuestion]) -> CriterionAgreement | None:
    awards = [one for question in found for one in question.awards if one.award.criterion_id == criterion.id]
    away = [distance for one in awards if (distance := _distance(one)) is not None]
    if not away:
        return None
    return CriterionAgreement(
        question_number=number,
        criterion=criterion.text,
        ruled=len(away),
        kept=sum(distance < SAME for distance in away),
        off=round(fmean(away), 2),
    )


def _distance(one: StandingAward) -> float | None:
    """How far a ruling is from what was proposed; None where there are not both."""
    if not one.ruled or one.points is None or one.award.points is None:
        return None
    return abs(one.points - one.award.points)


def _standing(entries: Sequence[Entry], question: Question) -> list[StandingQuestion]:
    return [found for one in entries if (found := one.question(question.id)) is not None]


def _commonest(lacking: Sequence[StandingQuestion]) -> list[str]:
    """What went wrong most often: the mistake by its name, or else the answer itself."""
    named = Counter((one.grade.error or one.grade.answer).strip()[:SHOWN] for one in lacking)
    named.pop("", None)
    return [name for name, _ in named.most_common(COMMONEST)]
