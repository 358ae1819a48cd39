"""What can go wrong with classes, each with its code and HTTP status."""

from tutor.core.errors import TutorError


class ClassCodeUnknown(TutorError):
    """No class has this code, or not any more."""

    code = "class_code_unknown"
    status = 404


class LastTeacher(TutorError):
    """A class keeps at least one teacher."""

    code = "last_teacher"
    status = 409


class TeacherUnknown(TutorError):
    """Nobody of this name is a teacher here."""

    code = "teacher_unknown"
    status = 404


class OtherSchool(TutorError):
    """The student is in a class of another school than this class's."""

    code = "other_school"
    status = 409


class RosterUnreadable(TutorError):
    """The roster has no row that could be read. Fact: `problem`: `empty`, `no_header` or `too_long`."""

    code = "roster_unreadable"
    status = 422
