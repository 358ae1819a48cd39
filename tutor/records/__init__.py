"""Records: what is kept of a lesson beside its words. Who has read it, and how it went, to be replayed. Front page."""

from aiohttp import web

from tutor.records import context, jobs, pages, routes


def setup(app: web.Application) -> None:
    """Put the room into the application."""
    app.add_routes(pages.pages)
    routes.api.add_to(app)
    app.cleanup_ctx.append(context.records)
    app.cleanup_ctx.append(jobs.background)
