"""Every named error has a code of its own, a status that fits, and a test that meets it."""

from collections import Counter

from tests.house.test_words import all_errors
from tutor.core.errors import TutorError
from tutor.settings import ROOT

CLIENT_OR_SERVER = range(400, 600)
BASES = {"TutorError", "ModelError", "PictureRefused"}  # never raised themselves


def own_errors() -> list[type[TutorError]]:
    return [error for error in set(all_errors()) if error.__name__ not in BASES]


def test_no_two_errors_share_a_code() -> None:
    counted = Counter(error.code for error in own_errors())
    assert [code for code, count in counted.items() if count > 1] == []


def test_every_error_has_a_code_of_its_own_a_status_and_a_meaning() -> None:
    for error in own_errors():
        assert error.__doc__, error
        assert error.status in CLIENT_OR_SERVER, error
        assert "code" in vars(error), error


def test_every_error_is_met_in_a_test() -> None:
    tests = "\n".join(
        file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("*.py") if file.parent.name != "house"
    )
    table = (ROOT / "tests/house/rights.toml").read_text()
    unmet = [
        error.__name__
        for error in own_errors()
        if error.__name__ not in tests and f'"{error.code}"' not in tests + table
    ]
    assert unmet == []
