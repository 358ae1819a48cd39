"""What is asked of the checker and what it answers, and how both cross the pipe to the worker. Imports no SymPy."""

from dataclasses import asdict, dataclass
from typing import Literal, TypedDict

import orjson

Kind = Literal["any", "choice", "judge", "range", "point", "list", "solutions", "equation"]
Demand = Literal["", "any", "simplest", "factored", "expanded"]
UnitRule = Literal["needed", "free"]
Outcome = Literal["right", "wrong", "undecided"]
Reason = Literal[
    "",
    # why an answer is wrong
    "empty",
    "value",
    "sign",
    "rounded",
    "percent",
    "missing_unit",
    "wrong_unit",
    "missing_root",
    "extra_root",
    "strictness",
    "direction",
    "order",
    "missing_choice",
    "extra_choice",
    "missing_constant",
    "not_simplified",
    "not_factored",
    "not_expanded",
    "not_solved",
    "not_worked_out",
    "other_kind",
    # why it is not decided; some of the above too
    "unreadable",
    "key_unreadable",
    "ambiguous",
    "working",
    "other_form",
    "too_hard",
]


@dataclass(frozen=True, slots=True)
class Item:
    """An answer to be checked against the key.

    Args:
        expected: the key as a teacher writes it.
        answer: what the student wrote, one line or the whole working.
        question: the question's text; its words tell which form is wanted.
        kind: what the key is where its text may mean two things: (1, 3) is a `point` or a `range`, 1, 2 in a fixed
            order (`list`) or not (`solutions`), 2x = 6 the wanted `equation` itself.
        demand: the form that is wanted; empty: as the question says, `any`: whatever it says.
        tolerance: how far a number may be off, as a decimal; empty: not at all.
        unit: whether a unit of the key may be missing.

    """

    expected: str
    answer: str
    question: str = ""
    kind: Kind = "any"
    demand: Demand = ""
    tolerance: str = ""
    unit: UnitRule = "needed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision. `right` is certain, `wrong` too; whatever is not certain is `undecided`.

    `reason` says what is wrong or why there is no decision. `expected_tex` and `answer_tex` show what was compared,
    empty where nothing could be read. `wrong_line` counts the lines of the working from 1: the first that does not
    follow from the one before.
    """

    outcome: Outcome
    reason: Reason = ""
    expected_tex: str = ""
    answer_tex: str = ""
    wrong_line: int | None = None

    @property
    def checked_by(self) -> Literal["calculation", ""]:
        """What stands behind the decision, for the badge."""
        return "" if self.outcome == "undecided" else "calculation"


class _VerdictLine(TypedDict):
    outcome: Outcome
    reason: Reason
    expected_tex: str
    answer_tex: str
    wrong_line: int | None


def encode_verdict(verdict: Verdict) -> bytes:
    return orjson.dumps(asdict(verdict), option=orjson.OPT_APPEND_NEWLINE)


def decode_verdict(line: bytes) -> Verdict:
    found: _VerdictLine = orjson.loads(line)
    return Verdict(**found)
