"""What a policy may say: everything else is refused at the edge."""

import json

import pytest
from pydantic import ValidationError

from tests.factories import Json
from tutor.classes.messages import UpdateClass

HOURS: Json = {"days": [1, 5], "from": "08:00", "to": "21:30", "zone": "Asia/Shanghai"}


def policy(**fields: object) -> UpdateClass:
    return UpdateClass.model_validate_json(json.dumps({"policy": fields}))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"modes": ["guide"]},
        {"hint_cap": 1},
        {"exam": True},
        {"hours": None},
        {"hours": HOURS},
        {"hours": {**HOURS, "to": "24:00"}},
        {"daily_replies": 0},
        {"daily_replies": None},
    ],
    ids=str,
)
def test_a_policy_may_be_changed_in_part(fields: Json) -> None:
    changed = policy(**fields).policy
    assert changed is not None
    assert changed.model_fields_set == fields.keys()


@pytest.mark.parametrize(
    "fields",
    [
        {"modes": []},
        {"modes": ["solve"]},
        {"modes": None},
        {"hint_cap": 0},
        {"hint_cap": 6},
        {"hint_cap": None},
        {"exam": None},
        {"exam": "yes"},
        {"daily_replies": -1},
        {"until": "tomorrow"},
        {"hours": {}},
        {"hours": {**HOURS, "days": []}},
        {"hours": {**HOURS, "days": [0]}},
        {"hours": {**HOURS, "days": [8]}},
        {"hours": {**HOURS, "from": "8:00"}},
        {"hours": {**HOURS, "from": "24:00"}},
        {"hours": {**HOURS, "to": "24:01"}},
        {"hours": {**HOURS, "from": "21:30"}},
        {"hours": {**HOURS, "from": "22:00"}},
        *(
            {"hours": {**HOURS, "zone": zone}}
            for zone in ("", "Mars/Olympus", "../../etc/passwd", "Asia", "/etc", "\0")
        ),
    ],
    ids=str,
)
def test_a_policy_that_cannot_be_is_refused(fields: Json) -> None:
    with pytest.raises(ValidationError):
        policy(**fields)
