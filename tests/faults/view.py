"""One tab's picture of one conversation: puts together what arrives in any order, and knows what it lacks.

The same rules as the page's client follows; `client.py` feeds it and asks again when `holes` says so.
"""

import re
from dataclasses import dataclass, field

from tests.factories import Json

FINAL = frozenset({"complete", "stopped", "interrupted", "failed", "rejected"})
MARK = re.compile(r"〔[^〕]+〕")


@dataclass
class Reading:
    """A reply as far as it was seen: `parts` without hole from 0, or `text` taken whole up to `next`."""

    text: str = ""
    next: int = 0
    whole: bool = True
    final: bool = False


@dataclass
class View:
    """Messages by `seq` and readings by reply. `wrong` are things that must never happen; `marks` all marks seen.

    `staff` see replies that are hidden, and leave alone what the rest of the room is told of these.
    """

    conversation_id: str
    staff: bool = False
    messages: dict[int, Json] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    top: int = 0
    behind: bool = False
    wrong: list[str] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    doubled: int = 0

    @property
    def last_seq(self) -> int:
        """Everything up to this `seq` is here."""
        seq = 0
        while seq + 1 in self.messages:
            seq += 1
        return seq

    @property
    def holes(self) -> bool:
        """Whether something is known to be missing."""
        return self.behind or self.last_seq < max([self.top, *self.messages])

    @property
    def running(self) -> tuple[str, int] | None:
        """The oldest reply without an end, and the part that is due."""
        waiting = (row for row in self.messages.values() if row["reply"] and row["state"] not in FINAL)
        first = min(waiting, key=lambda row: row["seq"], default=None)
        return None if first is None else (first["id"], self.reading(first["id"]).next)

    def reading(self, reply_id: str) -> Reading:
        return self.readings.setdefault(reply_id, Reading())

    def list(self) -> list[tuple[object, ...]]:
        """What the viewer sees, for comparison."""
        return [row_of(self.messages[seq]) for seq in sorted(self.messages)]

    # What arrives

    def hear(self, event: str, body: Json) -> None:
        """An event to the room."""
        if event in {"message.added", "message.changed"}:
            self._store(body["message"])
        elif event == "reply.delta":
            self._delta(body["reply_id"], body["part"], body["text"])
        elif event == "reply.finished" and not (self.staff and body["message"]["reply"]["hidden"]):
            self._store(body["message"])
        elif event == "conversation.top":
            self._compare(body)

    def opened(self, answer: Json) -> None:
        """The answer of `conversation.open`."""
        self.behind = False
        self.top = max(self.top, answer["conversation"]["last_seq"])
        for message in answer["messages"]:
            self._store(message)
        running = answer["reply"]
        if running is None:
            return
        if running["parts"] is not None:
            for part in running["parts"]:
                self._delta(running["id"], part["part"], part["text"])
            self.behind = self.reading(running["id"]).next < running["next_part"]
        else:
            self._snapshot(running["id"], running["text"], running["next_part"])

    def _store(self, message: Json) -> None:
        self.marks.update(MARK.findall(message["text"]))
        seq, known = message["seq"], self.messages.get(message["seq"])
        if known is not None and known["id"] != message["id"]:
            self.wrong.append(f"seq {seq} is {known['id']} and {message['id']}")
        if known is not None and known["state"] in FINAL and row_of(known) != row_of(message):
            if message["state"] in FINAL:
                self.wrong.append(f"seq {seq} changed after its end: {known['text'][-40:]} {message['text'][-40:]}")
            return
        self.messages[seq] = message
        if message["reply"] and message["state"] in FINAL:
            self._end(message)

    def _delta(self, reply_id: str, part: int, text: str) -> None:
        self.marks.update(MARK.findall(text))
        reading = self.reading(reply_id)
        if reading.final or part < reading.next:
            self.doubled += 1
        elif part > reading.next:
            self.behind = True
        else:
            reading.text += text
            reading.next += 1

    def _snapshot(self, reply_id: str, text: str, part: int) -> None:
        reading = self.reading(reply_id)
        if reading.final or part < reading.next:
            return
        if not text.startswith(reading.text):
            self.wrong.append(f"{reply_id}: seen …{reading.text[-40:]!r}, then …{text[-40:]!r}")
        reading.text, reading.next, reading.whole = text, part, False

    def _end(self, message: Json) -> None:
        reading = self.reading(message["id"])
        missed = reading.next != message["reply"]["parts"]
        is_other = not message["text"].startswith(reading.text) or (not missed and message["text"] != reading.text)
        if is_other and not message["reply"]["sent_by"]:  # a teacher may change a draft
            self.wrong.append(f"{message['id']}: seen …{reading.text[-40:]!r}, ended as …{message['text'][-40:]!r}")
        reading.whole = reading.whole and not missed
        reading.text, reading.next, reading.final = message["text"], message["reply"]["parts"], True

    def _compare(self, body: Json) -> None:
        self.top = max(self.top, body["seq"])
        running = self.running
        there = body["reply"]
        if (running and (there is None or there["id"] != running[0])) or (
            there and there["part"] > self.reading(there["id"]).next
        ):
            self.behind = True


def shown(state: str, text: str, *, hidden: bool) -> tuple[str, str]:
    """Text and state of a message as a student sees them."""
    return ("", state if state in FINAL else "checking") if hidden else (text, state)


def row_of(message: Json) -> tuple[object, ...]:
    """What must be equal for every viewer, in the store and in a fresh page."""
    return (message["seq"], message["id"], message["client_id"], message["text"], message["state"])
