"""What can go wrong with homework."""

from tutor.core.errors import TutorError


class AssignmentNotReady(TutorError):
    """It cannot be given yet. Facts: `problem`: no_questions, no_key, key_unreadable, points, nobody, due_past
    or template; and `question`, the number of the question that it is about, or 0.
    """

    code = "assignment_not_ready"
    status = 409


class AssignmentGiven(TutorError):
    """Students have it already: what they were promised is not taken back, and it is closed instead of deleted."""

    code = "assignment_given"
    status = 409


class HandInClosed(TutorError):
    """The assignment takes no work any more. Fact: `reason`: closed, late, graded, once or released."""

    code = "hand_in_closed"
    status = 409


class NothingHandedIn(TutorError):
    """There is no text and no file."""

    code = "nothing_handed_in"
    status = 422


class TooManyPages(TutorError):
    """More photos or PDF than one hand-in takes. Facts: `files`, `limit`."""

    code = "hand_in_too_long"
    status = 422


class CannotWithdraw(TutorError):
    """It is too late to take the work back. Fact: `reason`: closed, due, released or withdrawn."""

    code = "cannot_withdraw"
    status = 409


class PointsOutsideRubric(TutorError):
    """The criterion does not allow so many points. Facts: `criterion`, `points`, `limit`."""

    code = "points_outside_rubric"
    status = 422


class NotSettled(TutorError):
    """The result cannot go back yet: somebody has to look at some questions. Fact: `questions`, their numbers."""

    code = "not_settled"
    status = 409


class NotGradedYet(TutorError):
    """There is nothing to rule about, or nothing to take: grading still runs."""

    code = "not_graded_yet"
    status = 409


class NotReleased(TutorError):
    """The result was not given back yet."""

    code = "not_released"
    status = 409


class AppealSettled(TutorError):
    """The thread was closed by the teacher."""

    code = "appeal_settled"
    status = 409
