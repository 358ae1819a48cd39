"""Who may look at somebody else's files: the rooms that use them say. Asked by the service.

A room names its kind of use once, when the application starts: `app[READERS].let("submission", may_read)`.
"""

from typing import Protocol

from tutor.core.caller import Caller
from tutor.files.models import File


class MayRead(Protocol):
    """Decides for one kind of use. Whatever else a reading needs, such as a record of it, is done in here."""

    async def __call__(self, caller: Caller, used_by: str) -> bool:
        """Whether the caller may see the files of the thing with the id `used_by`."""
        ...


class Readers:
    """The rooms that use files, by the kind of their use. A kind that nobody spoke for is seen by owners alone."""

    def __init__(self) -> None:
        self._rules: dict[str, MayRead] = {}

    def let(self, kind: str, may_read: MayRead) -> None:
        """Ask `may_read` about the files of this kind of use from now on."""
        self._rules[kind] = may_read

    async def may_read(self, caller: Caller, file: File) -> bool:
        """Whether the caller may see a file: it is their own, or they may see one of the things that use it."""
        if file.owner_id == caller.id:
            return True
        for use in file.uses:
            kind, _, used_by = use.partition(":")
            rule = self._rules.get(kind)
            if rule is not None and await rule(caller, used_by):
                return True
        return False
