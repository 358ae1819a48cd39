"""The rules of the floor: who has it after a change, and how the change is told in the room. Used by `floors.py`."""

from datetime import datetime

from tutor.chat.models import Author, Floor, FloorState, Notice

KINDS: dict[FloorState, str] = {"tutor": "floor.returned", "teacher": "floor.taken", "approval": "approval.begun"}
LOST = "floor.lost"


def is_already(floor: Floor, state: FloorState, teacher_id: str) -> bool:
    """Whether the change that a teacher wants is made already."""
    return floor.state == state and (state == "tutor" or floor.teacher_id == teacher_id)


def changed(floor: Floor, state: FloorState, teacher: Author, now: datetime) -> Floor:
    """The floor after a change: the tutor's own belongs to no teacher."""
    if state == "tutor":
        return Floor("tutor", since=now, number=floor.number + 1)
    return Floor(state, teacher.id, teacher.name, now, floor.number + 1)


def told(before: Floor, after: Floor, by: Author, *, kind: str | None = None) -> Notice:
    """What the room is told of a change, and who had the floor before if it was another teacher."""
    facts: dict[str, str | int] = {"number": after.number}
    if before.teacher_name is not None and before.teacher_id != by.id:
        facts["from"] = before.teacher_name
    return Notice(kind or KINDS[after.state], by, facts)
