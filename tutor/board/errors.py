"""What can go wrong on the board."""

from tutor.core.errors import TutorError


class HandClaimed(TutorError):
    """Another teacher is going to the student already. Fact: `name`, the teacher's."""

    code = "hand_claimed"
    status = 409


class NobodyTeaches(TutorError):
    """The student is in no class, so no teacher would see the hand."""

    code = "nobody_teaches"
    status = 409
