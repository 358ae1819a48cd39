"""The chat's socket commands. Each enters or leaves rooms where it must, and leaves the rest to the service."""

from tutor.chat.context import CHAT, FLOORS, HOLDS, PRESENCE, READING
from tutor.chat.messages import (
    CloseConversation,
    ContinueReply,
    CreateConversation,
    MessageSent,
    OneConversation,
    OneMessage,
    OneReply,
    OpenConversation,
    Opened,
    RateReply,
    RetryReply,
    Rooms,
    SendMessage,
    StopReply,
    UnwatchClass,
    WatchClass,
)
from tutor.chat.places import class_room_of, room_of, staff_room_of
from tutor.classes.context import CLASSES
from tutor.core.messages import Nothing
from tutor.core.rooms import ROOMS
from tutor.core.sockets import Call, EventTable

events = EventTable()


@events.on("conversation.create", access="student")
async def create(call: Call, command: CreateConversation) -> OneConversation:
    """Open a new conversation."""
    return await call.app[CHAT].create(call.caller, command)


@events.on("conversation.open")
async def open_conversation(call: Call, command: OpenConversation) -> Opened:
    """Enter a room, or catch up in it. The socket is subscribed first, so that nothing falls between."""
    conversation = await call.app[READING].visit(call.caller, command.conversation_id, command.why)
    await call.app[ROOMS].enter(call.sid, call.caller, room_of(conversation.id))
    if call.caller.role == "teacher":
        await call.app[ROOMS].enter(call.sid, call.caller, staff_room_of(conversation.id))
        await call.app[FLOORS].came(call.caller, conversation.id)
        await call.app[HOLDS].came(call.caller, conversation.id)
    return await call.app[READING].open(call.caller, command)


@events.on("conversation.close")
async def close(call: Call, command: CloseConversation) -> Nothing:
    """Leave a room."""
    for room in (room_of(command.conversation_id), staff_room_of(command.conversation_id)):
        await call.app[ROOMS].leave(call.sid, room)
    return Nothing()


@events.on("message.send")
async def send(call: Call, command: SendMessage) -> MessageSent:
    """Say something in a room."""
    return await call.app[CHAT].send(call.caller, command)


@events.on("reply.stop")
async def stop(call: Call, command: StopReply) -> OneReply:
    """End a running reply."""
    if call.caller.role == "teacher":
        return await call.app[HOLDS].stop(call.caller, command)
    return await call.app[CHAT].stop(call.caller, command)


@events.on("reply.retry", access="student")
async def retry(call: Call, command: RetryReply) -> OneReply:
    """Ask for a new reply to the same question."""
    return await call.app[CHAT].retry(call.caller, command)


@events.on("reply.continue", access="student")
async def go_on(call: Call, command: ContinueReply) -> OneReply:
    """Go on from where a reply was cut short."""
    return await call.app[CHAT].go_on(call.caller, command)


@events.on("reply.rate", access="student")
async def rate(call: Call, command: RateReply) -> OneMessage:
    """Say whether a reply helped."""
    return OneMessage(message=await call.app[CHAT].rate(call.caller, command))


@events.on("class.watch", access="teacher")
async def watch(call: Call, command: WatchClass) -> Rooms:
    """Follow which rooms of a class are live."""
    await call.app[CLASSES].get_active(call.caller, command.class_id)
    await call.app[ROOMS].enter(call.sid, call.caller, class_room_of(command.class_id))
    students = await call.app[CLASSES].student_ids(command.class_id)
    return Rooms(rooms=await call.app[PRESENCE].live_rooms(students))


@events.on("class.unwatch", access="teacher")
async def unwatch(call: Call, command: UnwatchClass) -> Nothing:
    """Stop following a class."""
    await call.app[ROOMS].leave(call.sid, class_room_of(command.class_id))
    return Nothing()
