"""The rules of the floor: who has it after a change, and how the change is told in the room. Used by `floors.py`."""

from datetime import datetime

from tutor.chat.models import Author, Floor, FloorState, Notice

KINDS: dict[FloorState, str] = {"tutor": "floor.returned", "teacher": "floor.taken", "approval": "approval.begun"}
LOST = "floor.lost"


def is_already(floor: Floor, state: FloorState, teacher_id: str) -> bool:
    """Whether the change that a teacher wants is made already."""
    return floor.state == state and (state == "tutor" or floor.teacher_id == teacher_id)


def changed(floor: Floor, state: FloorState, by: Author, now: datetime, vigil: str | None = None) -> Floor:
    """The floor after a change by a teacher: the tutor's own belongs to no teacher, and nobody keeps a vigil for it."""
    number = floor.number + 1
    notice = _told(floor, KINDS[state], by, number)
    if state == "tutor":
        return Floor("tutor", since=now, number=number, notice=notice)
    return Floor(state, by.id, by.name, now, number, vigil, notice)


def lost(floor: Floor, now: datetime) -> Floor:
    """The floor after its teacher has gone: the tutor's again."""
    number, teacher = floor.number + 1, Author("teacher", floor.teacher_id, floor.teacher_name)
    return Floor("tutor", since=now, number=number, notice=_told(floor, LOST, teacher, number))


def _told(before: Floor, kind: str, by: Author, number: int) -> Notice:
    """What the room is told of a change, and who had the floor before if it was another teacher."""
    facts: dict[str, str | int] = {"number": number}
    if before.teacher_name is not None and before.teacher_id != by.id:
        facts["from"] = before.teacher_name
    return Notice(kind, by, facts)
