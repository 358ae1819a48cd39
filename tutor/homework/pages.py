"""The pages of homework: shells without personal data, filled by the browser's script."""

from aiohttp import web

pages = web.RouteTableDef()
