"""Socket commands: how rooms of the house declare them, and how one is checked and run.

`core/sockets.py Door` runs them; `core/catalogue.py` describes them.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from pydantic import ValidationError

from tutor.core.caller import Caller
from tutor.core.doors import Access, check_access, invalid_input, model_hint
from tutor.core.errors import Malformed, UnknownEvent
from tutor.core.messages import Answer, Command


@dataclass(frozen=True, slots=True)
class Call:
    """One command being handled: who asks, through which socket, in which application."""

    app: web.Application
    caller: Caller
    sid: str


Handler = Callable[[Call, Command], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A command as it was declared."""

    name: str
    access: Access
    command: type[Command]
    answer: type[Answer]
    handler: Handler
    text: str

    async def run(self, call: Call, payload: object) -> Answer:
        """Run the command for its caller.

        Raises:
            NotAllowed: it is for another role.
            InvalidInput: the payload does not fit.
            TutorError: whatever the handler raises.

        """
        check_access(self.access, call.caller)
        try:
            command = self.command.model_validate(payload)
        except ValidationError as error:
            raise invalid_input(error) from error
        return await self.handler(call, command)


class EventTable:
    """The socket commands of one room of the house."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def on(self, name: str, *, access: Access = "user") -> Callable[[Callable[..., Awaitable[Answer]]], Handler]:
        """Declare a handler `(call, command: SomeCommand) -> SomeAnswer`; its annotations are its protocol."""

        def declare(handler: Callable[..., Awaitable[Answer]]) -> Handler:
            command = model_hint(handler, "command", Command)
            answer = model_hint(handler, "return", Answer)
            text = (handler.__doc__ or "").strip()
            self.entries.append(Entry(name, access, command, answer, handler, text))
            return handler

        return declare


def entry_of(entries: dict[str, Entry], name: str) -> Entry:
    """The command of this name.

    Raises:
        Malformed: there is no name at all.
        UnknownEvent: there is no such command.

    """
    if not name:
        raise Malformed
    if (entry := entries.get(name)) is None:
        raise UnknownEvent(event=name[:60])
    return entry
