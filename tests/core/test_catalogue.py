"""The protocol's description: whole, true to the tables, served, and the client's types not stale."""

import aiohttp
import pytest
from pydantic import BaseModel

from tutor.app import APIS, TABLES, catalogue_of_the_house
from tutor.core.catalogue import TYPESCRIPT, Catalogue
from tutor.core.messages import Event
from tutor.settings import ROOT


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return catalogue_of_the_house()


def test_the_types_of_the_web_client_are_not_stale(catalogue: Catalogue) -> None:
    assert (ROOT / TYPESCRIPT).read_text() == catalogue.typescript(), "run: tutor catalogue"


def test_the_socket_document_lists_every_command_and_event(catalogue: Catalogue) -> None:
    document = catalogue.asyncapi()
    commands = {entry.name for table in TABLES for entry in table.entries}
    events = {event.event for event in catalogue.events}
    assert set(document["components"]["messages"]) == commands | events  # type: ignore[arg-type, call-overload, index]
    operations = document["operations"]
    assert isinstance(operations, dict)
    assert {name for name, each in operations.items() if each["action"] == "receive"} == commands  # type: ignore[call-overload, index]
    assert {name for name, each in operations.items() if each["action"] == "send"} == events  # type: ignore[call-overload, index]


def test_the_http_document_lists_every_route(catalogue: Catalogue) -> None:
    paths = catalogue.openapi()["paths"]
    assert isinstance(paths, dict)
    listed = {(method.upper(), path) for path, methods in paths.items() for method in methods}  # type: ignore[union-attr]
    assert listed == {(route.method, route.path) for api in APIS for route in api.routes}


def references(node: object) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(references(value) for value in node))
    return set()


@pytest.mark.parametrize("kind", ["openapi", "asyncapi"])
def test_every_reference_leads_somewhere(catalogue: Catalogue, kind: str) -> None:
    document = getattr(catalogue, kind)()
    found = references(document)
    assert found
    for reference in found:
        node = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


def test_everything_that_crosses_an_edge_says_what_it_is(catalogue: Catalogue) -> None:
    models: set[type[BaseModel]] = {entry.command for entry in catalogue.entries} | set(catalogue.events)
    models |= {entry.answer for entry in catalogue.entries}
    for route in catalogue.routes:
        models |= {model for model in (route.body, route.query, route.answer) if model is not None}
    assert [model.__name__ for model in models if not model.__doc__] == []
    assert [entry.name for entry in catalogue.entries if not entry.text] == []
    assert [route.path for route in catalogue.routes if not route.text] == []


def test_names_are_a_noun_and_a_verb(catalogue: Catalogue) -> None:
    for name in [entry.name for entry in catalogue.entries] + [event.event for event in catalogue.events]:
        noun, _, verb = name.partition(".")
        assert name == "bye" or (noun.isalpha() and verb.isalpha() and name.islower())


def test_every_event_of_the_house_is_in_the_catalogue(catalogue: Catalogue) -> None:
    declared = {event for event in Event.__subclasses__() if event.__module__.startswith("tutor.")}
    assert declared <= set(catalogue.events)


def test_two_models_never_share_a_name(catalogue: Catalogue) -> None:
    assert [name for name in catalogue.schemas("") if "__" in name] == []


@pytest.mark.parametrize("kind", ["openapi", "asyncapi"])
async def test_the_documents_are_served(http: aiohttp.ClientSession, catalogue: Catalogue, kind: str) -> None:
    async with http.get(f"/api/v1/{kind}.json") as response:
        assert response.status == 200
        document = await response.json()
    expected = getattr(catalogue, kind)()
    assert {name for name in document if name.startswith(kind[:4])} == {kind}
    assert document["components"].keys() == expected["components"].keys()
