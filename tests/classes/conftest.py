"""What the tests of classes stand on: the same household as accounts."""

from tests.accounts.conftest import database, house

__all__ = ["database", "house"]
