"""What can go wrong with classes, each with its code and HTTP status."""

from tutor.core.errors import TutorError


class ClassCodeUnknown(TutorError):
    """No class has this code."""

    code = "class_code_unknown"
    status = 404
