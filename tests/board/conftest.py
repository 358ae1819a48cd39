"""The chat's server with its puppet, for lessons that somebody watches."""

from tests.chat.conftest import cast, puppet, stage

__all__ = ["cast", "puppet", "stage"]
