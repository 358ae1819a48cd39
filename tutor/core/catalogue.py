"""Describes the protocol to clients, from the tables and models themselves: AsyncAPI 3, OpenAPI 3.1, TypeScript.

`app.py` serves the two documents; `tutor catalogue` writes the TypeScript; a test fails when that file is stale.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from tutor import __version__
from tutor.core.commands import Entry, EventTable
from tutor.core.http import Api, Route, reply_json
from tutor.core.messages import Command, Event

Json: TypeAlias = str | int | float | bool | list["Json"] | dict[str, "Json"] | None
Schema: TypeAlias = dict[str, Json]

TYPESCRIPT = Path("web/client/src/protocol.ts")
JSON = "application/json"
HEAD = "/** Generated from the message classes of the Python package: `tutor catalogue` writes it. Do not edit. */\n"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that crosses the edges: socket commands, events to rooms, HTTP routes."""

    entries: tuple[Entry, ...]
    events: tuple[type[Event], ...]
    routes: tuple[Route, ...]

    @classmethod
    def of(cls, tables: Iterable[EventTable], apis: Iterable[Api], messages: Iterable[ModuleType]) -> "Catalogue":
        """The catalogue of some rooms; the events are those that the modules declare."""
        entries = sorted((entry for table in tables for entry in table.entries), key=lambda entry: entry.name)
        routes = sorted((route for api in apis for route in api.routes), key=lambda route: (route.path, route.method))
        events = sorted((event for module in messages for event in _events_of(module)), key=lambda event: event.event)
        return cls(tuple(entries), tuple(events), tuple(routes))

    def schemas(self, prefix: str) -> dict[str, Schema]:
        """The JSON schema of every model by its name; references begin with `prefix`."""
        given: set[type[BaseModel]] = {entry.command for entry in self.entries}
        given |= {model for route in self.routes for model in (route.body, route.query) if model is not None}
        shown: set[type[BaseModel]] = {entry.answer for entry in self.entries} | set(self.events)
        shown |= {route.answer for route in self.routes}
        models = [(model, "validation") for model in given] + [(model, "serialization") for model in shown]
        _, document = models_json_schema(
            sorted(models, key=lambda pair: pair[0].__name__),  # type: ignore[arg-type]  # the modes are literals
            ref_template=prefix + "{model}",
        )
        definitions: dict[str, Schema] = document.get("$defs", {})
        return dict(sorted(definitions.items()))

    def typescript(self) -> str:
        """The models as interfaces, and the tables of commands and events."""
        interfaces = [_interface(name, schema) for name, schema in self.schemas("").items()]
        commands = [
            f'  "{entry.name}": {{ payload: {entry.command.__name__}; data: {entry.answer.__name__} }};'
            for entry in self.entries
        ]
        events = [f'  "{event.event}": {event.__name__};' for event in self.events]
        tables = [_block("Commands", commands), _block("Events", events)]
        return "\n".join([HEAD, *interfaces, *tables])

    def asyncapi(self) -> Schema:
        """The sockets' part as AsyncAPI 3.0."""
        receive: Schema = {
            entry.name: _operation("receive", entry.name, entry.text, entry.access) for entry in self.entries
        }
        send: Schema = {
            event.event: _operation("send", event.event, event.__doc__ or "", "user") for event in self.events
        }
        messages: Schema = {
            entry.name: {
                "name": entry.name,
                "summary": entry.text,
                "payload": _ref(entry.command),
                "x-ack": _ref(entry.answer),
            }
            for entry in self.entries
        }
        messages |= {
            event.event: {"name": event.event, "summary": event.__doc__ or "", "payload": _ref(event)}
            for event in self.events
        }
        channel: Json = {
            "address": "/socket.io/",
            "description": "Socket.IO 4 over WebSocket, root namespace; the token travels in CONNECT as auth.token.",
            "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        }
        return {
            "asyncapi": "3.0.0",
            "info": {"title": "Wuhao Tutor", "version": __version__},
            "channels": {"socket": channel},
            "operations": receive | send,
            "components": {"messages": messages, "schemas": {**self.schemas("#/components/schemas/")}},
        }

    def openapi(self) -> Schema:
        """The HTTP part as OpenAPI 3.1."""
        paths: dict[str, Json] = {}
        for route in self.routes:
            methods = paths.setdefault(route.path, {})
            if isinstance(methods, dict):
                methods[route.method.lower()] = self._path(route)
        return {
            "openapi": "3.1.0",
            "info": {"title": "Wuhao Tutor", "version": __version__},
            "paths": paths,
            "components": {
                "schemas": {**self.schemas("#/components/schemas/"), "Failure": FAILURE},
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            },
        }

    def _path(self, route: Route) -> Schema:
        names = [part.strip("{}") for part in route.path.split("/") if part.startswith("{")]
        parameters: list[Json] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
        ]
        if route.query is not None:
            parameters += _query_parameters(route.query)
        operation: Schema = {
            "summary": route.text,
            "x-access": route.access,
            "parameters": parameters,
            "responses": {
                str(route.status): {"description": "Done", "content": _answer(route)},
                "429": {"description": "Too often", "headers": WHEN, "content": _content(FAILED)},
                "default": {"description": "Failed", "content": _content(FAILED)},
            },
        }
        if route.body is not None:
            operation["requestBody"] = {"required": True, "content": _content(_ref(route.body))}
        if route.takes != JSON:
            operation["requestBody"] = {"required": True, "content": {route.takes: {"schema": FILE}}}
        if route.access != "anyone":
            operation["security"] = [{"bearer": []}]
        return operation


def _events_of(module: ModuleType) -> list[type[Event]]:
    declared = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Event)]
    return [event for event in declared if event.__module__ == module.__name__]


FAILURE: Schema = {
    "type": "object",
    "required": ["success", "error"],
    "properties": {
        "success": {"const": False},
        "error": {
            "type": "object",
            "required": ["code", "message", "details"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "details": {"type": "object"},
            },
        },
    },
}
FILE: Schema = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "format": "binary"}},
}
FAILED: Schema = {"$ref": "#/components/schemas/Failure"}
WHEN: Schema = {"Retry-After": {"description": "Seconds until it may be tried again", "schema": {"type": "integer"}}}


def _ref(model: type[BaseModel]) -> Schema:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _content(schema: Schema) -> Json:
    return {JSON: {"schema": schema}}


def _answer(route: Route) -> Json:
    return _content(_ref(route.answer)) if route.media == JSON else {route.media: {"schema": {"type": "string"}}}


def _operation(action: str, name: str, summary: str, access: str) -> Json:
    return {
        "action": action,
        "summary": summary,
        "x-access": access,
        "channel": {"$ref": "#/channels/socket"},
        "messages": [{"$ref": f"#/channels/socket/messages/{name}"}],
    }


def _query_parameters(model: type[Command]) -> list[Json]:
    schema = model.model_json_schema()
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": detail}
        for name, detail in schema["properties"].items()
    ]


def _interface(name: str, schema: Schema) -> str:
    properties, required = schema.get("properties"), schema.get("required")
    lines = []
    for field, detail in (properties if isinstance(properties, dict) else {}).items():
        mark = "" if isinstance(required, list) and field in required else "?"
        lines.append(f"  {field}{mark}: {_type(detail)};")
    if not lines:
        return f"export type {name} = Record<string, never>;\n"
    return _block(name, lines)


def _block(name: str, lines: Sequence[str]) -> str:
    return "\n".join([f"export interface {name} {{", *lines, "}\n"])


SIMPLE = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def _type(detail: Json) -> str:
    """The TypeScript of one field's schema."""
    if not isinstance(detail, Mapping):
        raise TypeError("a schema is an object")
    if isinstance(reference := detail.get("$ref"), str):
        return reference
    if isinstance(values := detail.get("enum", [detail["const"]] if "const" in detail else None), list):
        return " | ".join(f'"{value}"' for value in values)
    if isinstance(choices := detail.get("anyOf"), list):
        return " | ".join(_type(choice) for choice in choices)
    if detail.get("type") in {"array", "object"}:
        return _nested(detail)
    return SIMPLE[str(detail.get("type"))]


def _nested(detail: Mapping[str, Json]) -> str:
    """The TypeScript of a list, or of a mapping whose names are not known."""
    if detail.get("type") == "object":
        return f"Record<string, {_type(detail.get('additionalProperties'))}>"
    inner = _type(detail.get("items"))
    return f"({inner})[]" if "|" in inner else f"{inner}[]"


CATALOGUE: web.AppKey[Catalogue] = web.AppKey("catalogue", Catalogue)


async def _openapi(request: web.Request) -> web.Response:
    return reply_json(request.app[CATALOGUE].openapi())


async def _asyncapi(request: web.Request) -> web.Response:
    return reply_json(request.app[CATALOGUE].asyncapi())


def setup(app: web.Application, catalogue: Catalogue) -> None:
    """Serve the two documents."""
    app[CATALOGUE] = catalogue
    app.router.add_get("/api/v1/openapi.json", _openapi)
    app.router.add_get("/api/v1/asyncapi.json", _asyncapi)
