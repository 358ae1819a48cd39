"""The socket commands of broadcasts."""

from tutor.broadcasts.context import BROADCASTS
from tutor.broadcasts.messages import OneBroadcast, ReadBroadcast, SendBroadcast
from tutor.core.messages import Nothing
from tutor.core.sockets import Call, EventTable

events = EventTable()


@events.on("broadcast.send", access="teacher")
async def send(call: Call, command: SendBroadcast) -> OneBroadcast:
    """Say something to a class or some of it."""
    return await call.app[BROADCASTS].send(call.caller, command)


@events.on("broadcast.read", access="student")
async def read(call: Call, command: ReadBroadcast) -> Nothing:
    """Mark a broadcast as read."""
    await call.app[BROADCASTS].read(call.caller, command)
    return Nothing()
