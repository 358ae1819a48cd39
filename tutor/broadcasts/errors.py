"""What can go wrong with a broadcast."""

from tutor.core.errors import TutorError


class NobodyToTell(TutorError):
    """The class has no students yet."""

    code = "nobody_to_tell"
    status = 409
