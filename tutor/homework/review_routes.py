"""Reviewing over HTTP: the queue, rulings, releases, results, statistics and tables."""

from tutor.core.http import Api

api = Api("/api/v1")
