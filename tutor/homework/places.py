"""The names of the rooms of appeals; those of students and of who watches an assignment are in `telling.py`."""

APPEALS = "appeal:"


def appeal_room_of(appeal_id: str) -> str:
    """The room of the teachers who have an appeal open; its student hears of it in the own room."""
    return APPEALS + appeal_id
