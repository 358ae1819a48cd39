"""Handing in over HTTP: tasks, drafts, submissions."""

from tutor.core.http import Api

api = Api("/api/v1")
