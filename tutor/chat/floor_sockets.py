"""The socket commands of teachers in a conversation: the floor, running replies, drafts, suggestions and whispers."""

from tutor.chat.context import CHECKS, FLOORS, HOLDS, SUGGESTIONS, WHISPERS
from tutor.chat.floor_messages import (
    AddWhisper,
    AskSuggestion,
    EndWhisper,
    FloorSet,
    HoldReply,
    OneWhisper,
    RejectDraft,
    ReleaseReply,
    SendDraft,
    SetFloor,
    SuggestionTicket,
)
from tutor.chat.messages import OneMessage, OneReply
from tutor.core.sockets import Call, EventTable

events = EventTable()


@events.on("floor.set", access="teacher")
async def set_floor(call: Call, command: SetFloor) -> FloorSet:
    """Say who answers the student from now on."""
    return await call.app[FLOORS].set(call.caller, command)


@events.on("reply.hold", access="teacher")
async def hold(call: Call, command: HoldReply) -> OneReply:
    """Show nothing more of a running reply."""
    return await call.app[HOLDS].hold(call.caller, command)


@events.on("reply.release", access="teacher")
async def release(call: Call, command: ReleaseReply) -> OneReply:
    """Show a held reply again."""
    return await call.app[HOLDS].release(call.caller, command)


@events.on("draft.send", access="teacher")
async def send_draft(call: Call, command: SendDraft) -> OneMessage:
    """Let a checked reply through."""
    return await call.app[CHECKS].send(call.caller, command)


@events.on("draft.reject", access="teacher")
async def reject_draft(call: Call, command: RejectDraft) -> OneMessage:
    """Do not let a checked reply through."""
    return await call.app[CHECKS].reject(call.caller, command)


@events.on("suggestion.ask", access="teacher")
async def ask_suggestion(call: Call, command: AskSuggestion) -> SuggestionTicket:
    """Have the tutor draft an answer for the teacher who asks."""
    return await call.app[SUGGESTIONS].ask(call.caller, command)


@events.on("whisper.add", access="teacher")
async def add_whisper(call: Call, command: AddWhisper) -> OneWhisper:
    """Tell the tutor something that the student never sees."""
    return await call.app[WHISPERS].add(call.caller, command)


@events.on("whisper.end", access="teacher")
async def end_whisper(call: Call, command: EndWhisper) -> OneWhisper:
    """Take a whisper back."""
    return await call.app[WHISPERS].end(call.caller, command)
