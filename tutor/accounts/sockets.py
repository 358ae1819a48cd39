"""Accounts over sockets: a socket goes on with a newer token."""

from tutor.accounts.messages import Renewed, RenewSession
from tutor.core.clock import CLOCK
from tutor.core.sockets import DOOR, Call, EventTable

events = EventTable()


@events.on("session.renew")
async def renew(call: Call, command: RenewSession) -> Renewed:
    """Go on with a newer access token of the same sign-in."""
    door = call.app[DOOR]
    caller = await door.read_token(command.token)
    door.renew(call.sid, caller)
    return Renewed(expires_in=int((caller.expires_at - call.app[CLOCK].now()).total_seconds()))
