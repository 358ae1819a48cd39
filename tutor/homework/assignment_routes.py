"""Assignments over HTTP: writing, giving and listing them."""

from tutor.core.http import Api

api = Api("/api/v1")
