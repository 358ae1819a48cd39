"""What can go wrong with a file that is sent, read or taken away. Why it cannot be drawn: `pictures/errors.py`."""

from tutor.core.errors import TutorError


class FileMissing(TutorError):
    """The request carries no part named `file`."""

    code = "file_missing"
    status = 422


class FileEmpty(TutorError):
    """The file has no bytes."""

    code = "file_empty"
    status = 422


class FileKindUnknown(TutorError):
    """By its content it is neither a photo that we read nor a PDF, whatever its name says."""

    code = "file_kind_unknown"
    status = 415


class FileTooLarge(TutorError):
    """It has more bytes than one of its kind may have. Facts: `kind`, `limit_mb`."""

    code = "file_too_large"
    status = 413


class TooManyFiles(TutorError):
    """The sender has too many files that nothing uses yet. Fact: `limit`."""

    code = "too_many_files"
    status = 409


class FileInUse(TutorError):
    """Something uses the file, so that its owner cannot take it away."""

    code = "file_in_use"
    status = 409
