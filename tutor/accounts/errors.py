"""What can go wrong with accounts, each with its code and HTTP status."""

from tutor.core.errors import TutorError


class UsernameTaken(TutorError):
    """Somebody has this username already, in whatever case it was written."""

    code = "username_taken"
    status = 409


class EmailTaken(TutorError):
    """An account with this e-mail address exists."""

    code = "email_taken"
    status = 409


class WrongPassword(TutorError):
    """No such account, or not its password: the two are never told apart."""

    code = "wrong_password"
    status = 401


class InvitationInvalid(TutorError):
    """No such invitation, or it was used, or its time is over."""

    code = "invitation_invalid"
    status = 422
