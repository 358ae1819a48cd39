"""Wuhao Tutor (五好伴学): a live tutor for schools. `tutor.app.make_app` puts the rooms together."""

__version__ = "0.1.0"
