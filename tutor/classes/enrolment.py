"""Takes a whole roster into a class: accounts are opened where there are none. Called by the routes."""

from datetime import timedelta

import structlog

from tutor.accounts.codes import first_password
from tutor.accounts.errors import UsernameTaken
from tutor.accounts.messages import is_display_name, is_username
from tutor.accounts.models import User
from tutor.accounts.service import Accounts
from tutor.classes.messages import ImportRoster, NewAccount, RefusedRow, RosterTaken
from tutor.classes.models import Class
from tutor.classes.roster import BadRow, Row, read_roster
from tutor.classes.service import Classes
from tutor.core.caller import Caller
from tutor.core.clock import Clock

log = structlog.get_logger(__name__)

BROKEN_OFF = timedelta(hours=1)


class Enrolment:
    """Rosters of schools. First passwords are made from `key`, so that they can be told again and are kept nowhere."""

    def __init__(self, classes: Classes, accounts: Accounts, clock: Clock, key: str) -> None:
        self._classes = classes
        self._accounts = accounts
        self._clock = clock
        self._key = key

    async def take(self, caller: Caller, class_id: str, command: ImportRoster) -> RosterTaken:
        """Put the students of a roster into a class, as its teacher. Good rows are taken, bad ones listed.

        The same roster again changes nothing and is answered alike: with the new accounts, as long as their first
        passwords are good. What broke off in the middle goes on so. An account that was there before is only taken when
        the caller has to do with its student, as a teacher of theirs or as an admin of their school: nobody gets at a
        child by guessing a username.

        Raises:
            NotFound: no such class, or the caller does not manage it.
            RosterUnreadable: there is no row to read.

        """
        found = await self._classes.managed(caller, class_id)
        students, created, refused = 0, list[NewAccount](), list[RefusedRow]()
        for row in read_roster(command.csv, found.grade):
            outcome = row if isinstance(row, BadRow) else await self._enrol(caller, found, row)
            if isinstance(outcome, BadRow):
                refused.append(RefusedRow(line=outcome.line, username=outcome.username[:64], problem=outcome.problem))
                continue
            students += 1
            if outcome is not None:
                created.append(outcome)
        log.info("roster_taken", class_id=class_id, by=caller.id, created=len(created), refused=len(refused))
        return RosterTaken(students=students, created=created, refused=refused)

    async def _enrol(self, caller: Caller, into: Class, row: Row) -> NewAccount | BadRow | None:
        """A new account, None for one that was there already, or why the row was not taken."""
        if not is_username(row.username):
            return BadRow(row.line, row.username, "username_invalid")
        if not is_display_name(row.name):
            return BadRow(row.line, row.username, "name_invalid")
        password = first_password(self._key, into.id, row.username)
        known = await self._accounts.find(row.username)
        if known is not None:
            return await self._take_known(caller, into, row, known)
        try:
            user = await self._accounts.enrol(
                row.username, row.name, row.grade, password, caller.language, into.school_id
            )
        except UsernameTaken:
            return BadRow(row.line, row.username, "username_taken")
        await self._classes.admit(into, user.id)
        return _account(user, password)

    async def _take_known(self, caller: Caller, into: Class, row: Row, known: User) -> NewAccount | BadRow | None:
        password = first_password(self._key, into.id, known.username)
        is_first = await self._accounts.has_password(known, password)  # then a roster of this class opened it
        if not await self._may_take(caller, into, known) and not (is_first and await self._was_broken_off(known)):
            return BadRow(row.line, row.username, "username_taken")
        await self._classes.admit(into, known.id)
        return _account(known, password) if is_first else None

    async def _was_broken_off(self, known: User) -> bool:
        """Whether an account was opened a moment ago and nothing came after it."""
        return self._clock.now() - known.created_at < BROKEN_OFF and not await self._classes.class_ids_of(known.id)

    async def _may_take(self, caller: Caller, into: Class, known: User) -> bool:
        if known.role != "student" or (into.school_id is not None and known.school_id not in {None, into.school_id}):
            return False
        if caller.role == "admin":
            return known.school_id is not None and known.school_id == into.school_id
        return await self._classes.teaches(caller.id, known.id)


def _account(user: User, password: str) -> NewAccount:
    return NewAccount(username=user.username, display_name=user.display_name, password=password)
