"""The names of homework's rooms: who is in one gets its events. Used by everything that sends, enters or leaves."""

ASSIGNMENTS = "assignment:"
APPEALS = "appeal:"


def assignment_room_of(assignment_id: str) -> str:
    """The room of the teachers who watch an assignment."""
    return ASSIGNMENTS + assignment_id


def appeal_room_of(appeal_id: str) -> str:
    """The room of the teachers who have an appeal open; its student hears of it in the own room."""
    return APPEALS + appeal_id


def own_room_of(user_id: str) -> str:
    """The room of all sockets of one person; they are in it from the start."""
    return f"user:{user_id}"
