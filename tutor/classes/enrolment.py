"""Takes a whole roster into a class: accounts are opened where there are none. Called by the routes."""

import structlog

from tutor.accounts.codes import new_password
from tutor.accounts.errors import UsernameTaken
from tutor.accounts.messages import is_display_name, is_username
from tutor.accounts.models import User
from tutor.accounts.service import Accounts
from tutor.classes.messages import ImportRoster, NewAccount, RefusedRow, RosterTaken
from tutor.classes.models import Class
from tutor.classes.roster import BadRow, Row, read_roster
from tutor.classes.service import Classes
from tutor.core.caller import Caller

log = structlog.get_logger(__name__)


class Enrolment:
    """Rosters of schools."""

    def __init__(self, classes: Classes, accounts: Accounts) -> None:
        self._classes = classes
        self._accounts = accounts

    async def take(self, caller: Caller, class_id: str, command: ImportRoster) -> RosterTaken:
        """Put the students of a roster into a class, as its teacher. Good rows are taken, bad ones listed.

        Each row is taken whole or not at all, and the same roster again changes nothing. An account that is there
        already is only taken when the caller has to do with its student, as a teacher of theirs or as an admin of their
        school: nobody gets at a child by guessing a username.

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
        known = await self._accounts.find(row.username)
        if known is not None:
            if not await self._may_take(caller, into, known):
                return BadRow(row.line, row.username, "username_taken")
            await self._classes.admit(into, known.id)
            return None
        password = new_password()
        try:
            user = await self._accounts.enrol(
                row.username, row.name, row.grade, password, caller.language, into.school_id
            )
        except UsernameTaken:
            return BadRow(row.line, row.username, "username_taken")
        await self._classes.admit(into, user.id)
        return NewAccount(username=user.username, display_name=user.display_name, password=password)

    async def _may_take(self, caller: Caller, into: Class, known: User) -> bool:
        if known.role != "student" or (into.school_id is not None and known.school_id not in {None, into.school_id}):
            return False
        if caller.role == "admin":
            return known.school_id is not None and known.school_id == into.school_id
        return await self._classes.teaches(caller.id, known.id)
