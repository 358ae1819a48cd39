"""docker-compose.yml: its shape, since no Docker runs where the tests run."""

import json
import re
from typing import TypeAlias

import pytest
import yaml
from pydantic import BaseModel, ConfigDict

from tutor.core.address import networks
from web.build import ROOT

Text: TypeAlias = str | int | bool


class Service(BaseModel):
    """The part of a Compose service that is looked at here."""

    model_config = ConfigDict(extra="ignore")

    restart: str
    networks: list[str] | dict[str, dict[str, str]]
    volumes: list[str]
    build: dict[str, str] = {}
    command: list[str] = []
    deploy: dict[str, Text] = {}
    depends_on: dict[str, dict[str, str]] = {}
    environment: dict[str, str] = {}
    healthcheck: dict[str, Text | list[str]] = {}
    stop_grace_period: str = "10s"


class Network(BaseModel):
    """A network of its own, with its addresses."""

    internal: bool = False
    ipam: dict[str, list[dict[str, str]]] = {}


class Compose(BaseModel):
    """The file as a whole."""

    services: dict[str, Service]
    configs: dict[str, dict[str, str]]
    volumes: dict[str, None]
    networks: dict[str, Network | None]


@pytest.fixture(scope="module")
def compose() -> Compose:
    return Compose.model_validate(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))


def test_two_tutors_stand_between_the_stores_and_nginx(compose: Compose) -> None:
    assert sorted(compose.services) == ["mongodb", "nginx", "redis", "tutor"]
    assert compose.services["tutor"].deploy == {"replicas": 2}
    assert compose.services["tutor"].stop_grace_period == "35s"


def test_every_service_comes_back_keeps_its_data_and_is_looked_after(compose: Compose) -> None:
    for service in compose.services.values():
        assert service.restart == "unless-stopped"
        assert service.healthcheck or "HEALTHCHECK" in service.build["dockerfile_inline"]
        named = [volume.split(":")[0] for volume in service.volumes if volume[0] not in "$."]
        assert all(name in compose.volumes for name in named)
    for service in compose.services.values():
        assert all(needed["condition"] == "service_healthy" for needed in service.depends_on.values())


def test_the_stores_are_durable(compose: Compose) -> None:
    assert "--replSet" in compose.services["mongodb"].command
    redis = compose.services["redis"].command
    assert redis[redis.index("--appendonly") + 1] == "yes"


def test_secrets_are_asked_for_and_never_written_here(compose: Compose) -> None:
    environment = compose.services["tutor"].environment
    assert environment["TUTOR_ENV"] == "production"
    assert environment["TUTOR_SECRET_KEY"].startswith("${TUTOR_SECRET_KEY:?")
    assert environment["TUTOR_PUBLIC_URL"].startswith("${TUTOR_PUBLIC_URL:?")


def test_the_image_runs_as_nobody_special_from_locked_libraries(compose: Compose) -> None:
    recipe = compose.services["tutor"].build["dockerfile_inline"]
    assert "USER tutor" in recipe
    assert recipe.count("--require-hashes") == 2
    assert "/health/live" in recipe
    copied = re.findall(r"config/[a-z.]+", recipe)
    assert all((ROOT / name).exists() for name in copied)


def test_nginx_passes_sockets_on_and_tells_who_asks(compose: Compose) -> None:
    content = compose.configs["nginx"]["content"]
    assert not re.search(r"(?<!\$)\$(?!\$)", content), "Compose would fill in a single dollar"
    for wanted in (
        "location /socket.io/",
        "proxy_set_header Upgrade $$http_upgrade;",
        "proxy_set_header X-Forwarded-For $$remote_addr;",
        "proxy_set_header X-Forwarded-Proto $$scheme;",
        "gzip on;",
    ):
        assert wanted in content
    assert content.count("{") == content.count("}")


def test_only_the_network_that_nginx_is_in_is_believed_about_addresses(compose: Compose) -> None:
    edge = compose.networks["edge"]
    assert edge is not None
    subnet = edge.ipam["config"][0]["subnet"]
    assert json.loads(compose.services["tutor"].environment["TUTOR_TRUSTED_PROXIES"]) == [subnet]
    assert networks([subnet.removeprefix("${TUTOR_EDGE:-").removesuffix("}")])
    assert compose.services["nginx"].networks == ["edge"]


def test_nginx_leads_everybody_to_any_tutor_and_past_one_that_goes_down(compose: Compose) -> None:
    content = compose.configs["nginx"]["content"]
    assert "proxy_next_upstream error timeout http_503;" in content
    assert "proxy_next_upstream_tries 2;" in content
    assert "set $$tutor http://tutor:8000;" in content
    assert not re.search(r"ip_hash|sticky|hash ", content)
