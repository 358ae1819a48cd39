"""The socket commands of homework: following an assignment, and appeals."""

from tutor.core.messages import Nothing
from tutor.core.rooms import ROOMS
from tutor.core.sockets import Call, EventTable
from tutor.homework.context import APPEALS, ASSIGNMENTS
from tutor.homework.models import appeal_id
from tutor.homework.places import appeal_room_of
from tutor.homework.review_messages import (
    CloseAppeal,
    OneAppeal,
    OneAppealMessage,
    OpenAppeal,
    SendAppeal,
    SettleAppeal,
)
from tutor.homework.submission_messages import UnwatchAssignment, WatchAssignment
from tutor.homework.telling import watchers_room_of

events = EventTable()


@events.on("homework.watch", access="teacher")
async def watch(call: Call, command: WatchAssignment) -> Nothing:
    """Follow an assignment: its submissions and releases."""
    assignment = await call.app[ASSIGNMENTS].for_teacher(call.caller, command.assignment_id)
    await call.app[ROOMS].enter(call.sid, call.caller, watchers_room_of(assignment.id))
    return Nothing()


@events.on("homework.unwatch", access="teacher")
async def unwatch(call: Call, command: UnwatchAssignment) -> Nothing:
    """Stop following an assignment."""
    await call.app[ROOMS].leave(call.sid, watchers_room_of(command.assignment_id))
    return Nothing()


@events.on("appeal.open")
async def open_appeal(call: Call, command: OpenAppeal) -> OneAppeal:
    """Read an appeal and follow it. A teacher's socket is subscribed first, so that nothing falls between; a student
    hears of it on all devices anyway.
    """
    submission = await call.app[APPEALS].check(call.caller, command)
    if call.caller.id != submission.student_id:
        room = appeal_room_of(appeal_id(submission.id, command.question_id))
        await call.app[ROOMS].enter(call.sid, call.caller, room)
    return await call.app[APPEALS].read(command)


@events.on("appeal.close")
async def close_appeal(call: Call, command: CloseAppeal) -> Nothing:
    """Follow an appeal no more."""
    await call.app[ROOMS].leave(call.sid, appeal_room_of(appeal_id(command.submission_id, command.question_id)))
    return Nothing()


@events.on("appeal.send")
async def send(call: Call, command: SendAppeal) -> OneAppealMessage:
    """Say something in an appeal."""
    return OneAppealMessage(message=await call.app[APPEALS].send(call.caller, command))


@events.on("appeal.settle", access="teacher")
async def settle(call: Call, command: SettleAppeal) -> OneAppeal:
    """Close an appeal."""
    return await call.app[APPEALS].settle(call.caller, command)
