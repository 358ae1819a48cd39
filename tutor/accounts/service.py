"""The verbs of accounts: open one, sign in, change it, invite a teacher. Called by the routes and the command line."""

from collections.abc import Iterable

import structlog

from tutor.accounts.errors import EmailTaken, UsernameTaken, WrongPassword
from tutor.accounts.messages import ChangePassword, Invited, Register, SignIn, UpdateMe
from tutor.accounts.models import Admission, Invitation, User
from tutor.accounts.passwords import Passwords
from tutor.accounts.sessions import Sessions
from tutor.accounts.store import Users
from tutor.accounts.tickets import Tickets
from tutor.accounts.wards import Wards
from tutor.core.caller import Caller, Language, Role
from tutor.core.clock import Clock, new_id
from tutor.core.errors import Conflict, InvalidInput, NotAllowed, NotFound

log = structlog.get_logger(__name__)


class Accounts:
    """Everybody's account."""

    def __init__(
        self,
        users: Users,
        tickets: Tickets,
        wards: Wards,
        sessions: Sessions,
        passwords: Passwords,
        clock: Clock,
    ) -> None:
        self._users = users
        self._tickets = tickets
        self._wards = wards
        self._sessions = sessions
        self._passwords = passwords
        self._clock = clock

    async def register(self, command: Register, language: Language) -> Admission:
        """Open an account and sign in: a teacher's or admin's with an invitation, a guardian's with a code from their
        child's teacher, else a student's.

        `language` is the asker's, for those who chose none.

        Raises:
            UsernameTaken, EmailTaken: somebody was earlier.
            InvalidInput: a student gave no grade.
            InvitationInvalid: the invitation or code is not good (any more).

        """
        if command.guardian_code is not None:
            ticket = await self._tickets.guardian_code(command.guardian_code)
            user = await self._create_invited(command, ticket, language)
        elif command.invitation is not None:
            user = await self._create_invited(command, await self._tickets.invitation(command.invitation), language)
        else:
            user = await self.create_student(command, language)
        return await self._sessions.begin(user)

    async def create_student(self, command: Register, language: Language = "zh") -> User:
        """Open a student's account without signing in; see `register`."""
        if command.grade is None:
            raise InvalidInput(fields=[{"field": "grade", "problem": "missing"}])
        user = await self._new_user(command, "student", command.grade, language)
        return await self._insert(user)

    async def enrol(
        self,
        username: str,
        display_name: str,
        grade: int,
        password: str,
        language: Language,
        school_id: str | None = None,
    ) -> User:
        """Open an account for a student who is on the roster of a school's class.

        Raises:
            UsernameTaken: somebody was earlier.

        """
        now = self._clock.now()
        user = User(
            id=new_id(),
            username=username,
            email=None,
            password_hash=await self._passwords.hash(password),
            display_name=display_name,
            role="student",
            grade=grade,
            language=language,
            created_at=now,
            updated_at=now,
            school_id=school_id,
        )
        return await self._insert(user)

    async def appoint(
        self, command: Register, role: Role, school_id: str | None = None, language: Language = "zh"
    ) -> User:
        """Open a teacher's, an admin's or an operator's account without an invitation: only the command line may.

        Raises:
            UsernameTaken, EmailTaken: somebody was earlier.

        """
        return await self._insert(await self._new_user(command, role, None, language, school_id))

    async def _create_invited(self, command: Register, ticket: Invitation, language: Language) -> User:
        user = await self._new_user(command, ticket.role, None, language, ticket.school_id)
        await self._tickets.claim(ticket, user.id)
        try:
            await self._insert(user)
        except (UsernameTaken, EmailTaken):
            await self._tickets.give_back(ticket)
            raise
        await self._wards.bind(ticket, user.id)
        return user

    async def _new_user(
        self, command: Register, role: Role, grade: int | None, language: Language, school_id: str | None = None
    ) -> User:
        password_hash = await self._passwords.hash(command.password.get_secret_value())
        now = self._clock.now()
        return User(
            id=new_id(),
            username=command.username,
            email=command.email,
            password_hash=password_hash,
            display_name=command.display_name,
            role=role,
            grade=grade,
            language=command.language or language,
            created_at=now,
            updated_at=now,
            school_id=school_id,
        )

    async def _insert(self, user: User) -> User:
        await self._users.insert(user)
        log.info("account_opened", user=user.id, role=user.role)
        return user

    async def sign_in(self, command: SignIn) -> Admission:
        """Begin a session on one more device.

        Raises:
            WrongPassword: no such account, or not its password; both take the same time.

        """
        password = command.password.get_secret_value()
        user = await self._users.find_by_name(command.username)
        fits = await self._passwords.fits(user.password_hash if user else None, password)
        if user is None or not fits:
            log.info("sign_in_refused", user=user.id if user else None)
            raise WrongPassword
        if self._passwords.is_outdated(user.password_hash):
            await self._users.replace_password(user, await self._passwords.hash(password), self._clock.now())
        admission = await self._sessions.begin(user)
        await self._check_still_fits(user, password, admission)
        log.info("signed_in", user=user.id)
        return admission

    async def _check_still_fits(self, user: User, password: str, admission: Admission) -> None:
        """A change of the password ends the sessions it finds; one begun at that very moment has to end itself."""
        now = await self._users.find(user.id)
        if now is not None and now.password_hash == user.password_hash:
            return
        if now is None or not await self._passwords.fits(now.password_hash, password):
            await self._sessions.end_by_token(admission.refresh_token)
            raise WrongPassword

    async def change_password(self, caller: Caller, command: ChangePassword) -> None:
        """Replace the caller's password and sign out every other device.

        Raises:
            WrongPassword: the current one is not right.
            Conflict: it was changed elsewhere at the same time.

        """
        user = await self.me(caller)
        if not await self._passwords.fits(user.password_hash, command.current_password.get_secret_value()):
            raise WrongPassword
        await self._replace_password(user, command.new_password.get_secret_value())
        await self._sessions.end_all(user.id, but=caller.session_id)

    async def set_password(self, username: str, password: str) -> None:
        """Give somebody a new password and sign out all their devices: only the command line may.

        Raises:
            NotFound: no such username or e-mail address.
            Conflict: the password was changed elsewhere at the same time.

        """
        user = await self._users.find_by_name(username)
        if user is None:
            raise NotFound(what="user")
        await self._replace_password(user, password)
        await self._sessions.end_all(user.id)

    async def _replace_password(self, user: User, password: str) -> None:
        password_hash = await self._passwords.hash(password)
        if not await self._users.replace_password(user, password_hash, self._clock.now()):
            raise Conflict(what="password")
        log.info("password_changed", user=user.id)

    async def user(self, user_id: str) -> User:
        """A person, for rooms that know their id.

        Raises:
            NotFound: the account is gone.

        """
        user = await self._users.find(user_id)
        if user is None:
            raise NotFound(what="user")
        return user

    async def find(self, name: str) -> User | None:
        """The person with this username or e-mail address, for those who decide what they tell of it."""
        return await self._users.find_by_name(name)

    async def has_password(self, user: User, password: str) -> bool:
        """Whether this is the password of an account."""
        return await self._passwords.fits(user.password_hash, password)

    async def me(self, caller: Caller) -> User:
        """The caller's own profile; see `user`."""
        return await self.user(caller.id)

    async def update_me(self, caller: Caller, command: UpdateMe) -> User:
        """Change parts of the caller's profile.

        Raises:
            NotAllowed: a grade for somebody who is no student.
            EmailTaken: somebody else has the address.
            NotFound: the account is gone.

        """
        if command.grade is not None and caller.role != "student":
            raise NotAllowed
        user = await self._users.update(
            caller.id,
            self._clock.now(),
            display_name=command.display_name,
            email=command.email,
            grade=command.grade,
            language=command.language,
        )
        if user is None:
            raise NotFound(what="user")
        return user

    async def invite(self, caller: Caller) -> Invited:
        """Make an invitation for one more teacher of the caller's own school.

        Raises:
            NotAllowed: the caller is no teacher.

        """
        if caller.role != "teacher":
            raise NotAllowed
        return await self._tickets.invite(caller, "teacher", (await self.me(caller)).school_id)

    async def enter_school(self, student_id: str, school_id: str, before: str | None = None) -> bool:
        """Put a student who is in no school, or in `before`, into one; False when they are in another.

        Raises:
            NotFound: the account is gone.

        """
        user = await self._users.enter_school(student_id, school_id, before)
        if user is None:
            raise NotFound(what="user")
        return user.school_id == school_id

    async def names_of(self, user_ids: Iterable[str]) -> dict[str, User]:
        """The users behind ids, for rooms that show people; those who are gone are left out."""
        return {user.id: user for user in await self._users.find_many(user_ids)}
