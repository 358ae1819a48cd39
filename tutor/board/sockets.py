"""The board's socket commands. Watching enters the class's room; the rest is left to the services."""

from tutor.board.context import FLAGS, HANDS, LIVE, TYPING
from tutor.board.messages import (
    ClaimHand,
    ClassBoard,
    EndHand,
    FlagTile,
    GetHand,
    LowerHand,
    OneHand,
    RaiseHand,
    SetTyping,
    UnwatchClass,
    WatchClass,
)
from tutor.chat.places import class_room_of
from tutor.classes.context import CLASSES
from tutor.core.messages import Nothing
from tutor.core.rooms import ROOMS
from tutor.core.sockets import Call, EventTable

events = EventTable()


@events.on("class.watch", access="teacher")
async def watch(call: Call, command: WatchClass) -> ClassBoard:
    """Follow a class on the board. The socket is subscribed first, so that nothing falls between."""
    watched = await call.app[CLASSES].get_active(call.caller, command.class_id)
    await call.app[ROOMS].enter(call.sid, call.caller, class_room_of(watched.id))
    return await call.app[LIVE].open(watched.id)


@events.on("class.unwatch", access="teacher")
async def unwatch(call: Call, command: UnwatchClass) -> Nothing:
    """Stop following a class."""
    await call.app[ROOMS].leave(call.sid, class_room_of(command.class_id))
    return Nothing()


@events.on("hand.raise", access="student")
async def raise_hand(call: Call, command: RaiseHand) -> OneHand:
    """Ask for a teacher."""
    return await call.app[HANDS].raise_hand(call.caller, command)


@events.on("hand.lower", access="student")
async def lower_hand(call: Call, command: LowerHand) -> OneHand:
    """Take the own hand down."""
    return await call.app[HANDS].lower(call.caller, command)


@events.on("hand.get")
async def get_hand(call: Call, command: GetHand) -> OneHand:
    """Whether a hand is up in a room."""
    return await call.app[HANDS].get(call.caller, command.conversation_id)


@events.on("hand.claim", access="teacher")
async def claim_hand(call: Call, command: ClaimHand) -> OneHand:
    """Go to the student."""
    return await call.app[HANDS].claim(call.caller, command)


@events.on("hand.done", access="teacher")
async def end_hand(call: Call, command: EndHand) -> OneHand:
    """Take the hand down: the student was helped."""
    return await call.app[HANDS].end(call.caller, command)


@events.on("typing.set")
async def set_typing(call: Call, command: SetTyping) -> Nothing:
    """Say that one types in a room."""
    await call.app[TYPING].set(call.caller, command)
    return Nothing()


@events.on("tile.flag", access="teacher")
async def flag_tile(call: Call, command: FlagTile) -> Nothing:
    """Mark a student's conversation, or clear the mark."""
    await call.app[FLAGS].set(call.caller, command)
    return Nothing()
