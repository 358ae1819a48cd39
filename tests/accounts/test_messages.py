"""The bodies of accounts: what is taken and what is refused at the edge."""

import pytest
from pydantic import ValidationError

from tests.accounts.household import registration
from tutor.accounts.messages import ChangePassword, Refresh, SignIn, UpdateMe, UserView
from tutor.core.messages import Command

OPERATORS: list[object] = [{"$ne": None}, {"$gt": ""}, {"$where": "1"}, ["a"], {"$regex": ".*"}, 5, True]


@pytest.mark.parametrize("field", ["username", "email", "password", "display_name", "grade", "language", "invitation"])
@pytest.mark.parametrize("value", [value for value in OPERATORS if not isinstance(value, int)], ids=str)
def test_no_field_of_a_sign_up_takes_an_operator(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        registration(**{field: value})


@pytest.mark.parametrize("value", OPERATORS, ids=str)
@pytest.mark.parametrize(
    ("model", "body", "field"),
    [
        (SignIn, {"username": "ming", "password": "secret words"}, "username"),
        (SignIn, {"username": "ming", "password": "secret words"}, "password"),
        (Refresh, {}, "refresh_token"),
        (ChangePassword, {"current_password": "secret words", "new_password": "new secret"}, "current_password"),
        (UpdateMe, {}, "display_name"),
        (UpdateMe, {}, "email"),
    ],
)
def test_no_other_field_takes_an_operator(
    model: type[Command], body: dict[str, object], field: str, value: object
) -> None:
    with pytest.raises(ValidationError):
        model.model_validate({**body, field: value}, strict=False)


@pytest.mark.parametrize(
    "changes",
    [
        {"username": "a"},
        {"username": "a" * 33},
        {"username": "has space"},
        {"username": "has@sign"},
        {"username": "$ne"},
        {"username": "a\x00b"},
        {"username": ".dot"},
        {"email": "no address"},
        {"email": "a@b"},
        {"password": "short"},
        {"password": "x" * 129},
        {"display_name": "   "},
        {"display_name": "x" * 41},
        {"grade": 0},
        {"grade": 13},
        {"grade": 7.5},
        {"language": "fr"},
        {"invitation": "short"},
        {"role": "teacher"},
        {"is_admin": True},
    ],
    ids=str,
)
def test_a_sign_up_that_does_not_fit_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        registration(**changes)


@pytest.mark.parametrize("username", ["小明", "ming_7", "m.ing", "明7-a", "ab", "a" * 32])
def test_a_username_may_be_of_any_script(username: str) -> None:
    assert registration(username=f"  {username} ").username == username


@pytest.mark.parametrize("missing", ["username", "email", "password", "display_name"])
def test_a_sign_up_needs_its_fields(missing: str) -> None:
    with pytest.raises(ValidationError):
        registration(**{missing: None})


def test_a_password_does_not_show_itself() -> None:
    assert "planted" not in repr(registration(password="planted-secret-words"))


def test_a_view_of_a_person_holds_no_hash() -> None:
    assert not {name for name in UserView.model_fields if "password" in name or "hash" in name}
