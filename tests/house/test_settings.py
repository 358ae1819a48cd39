"""The reference of the settings: complete, commented, true; and each one reachable from the environment."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tutor.settings import CONFIG, AiService, Section, Settings, load

DEFAULT = CONFIG / "default.toml"


def known() -> set[str]:
    """Every setting by its dotted name."""
    names: set[str] = set()
    for name, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            names |= {f"{name}.{inner}" for inner in kind.model_fields}
        else:
            names.add(name)
    return names


def written(file: Path) -> dict[str, Any]:
    """Every setting of a file by its dotted name."""
    found: dict[str, Any] = {}
    for name, value in tomllib.loads(file.read_text(encoding="utf-8")).items():
        found |= (
            {f"{name}.{inner}": each for inner, each in value.items()} if isinstance(value, dict) else {name: value}
        )
    return found


def uncommented() -> Iterator[str]:
    """Settings of the reference that no comment stands above; neighbours may share one."""
    commented = False
    for line in DEFAULT.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("["):
            commented = False
        elif line.startswith("#"):
            commented = True
        elif not commented:
            yield line


def test_the_reference_names_every_setting_and_no_others() -> None:
    assert set(written(DEFAULT)) == known()


def test_every_setting_of_the_reference_has_a_comment() -> None:
    assert list(uncommented()) == []


@pytest.mark.parametrize("file", sorted(CONFIG.glob("*.toml")), ids=lambda file: file.stem)
def test_no_file_names_a_setting_that_does_not_exist(file: Path) -> None:
    assert set(written(file)) - known() == set()


def other(value: Any) -> tuple[str, Any]:
    """Another value of the same kind, as text and as it must be read."""
    if isinstance(value, bool):
        return str(not value).lower(), not value
    if isinstance(value, int | float):
        return str(value + 1), value + 1
    if isinstance(value, list):
        return '["https://a.example"]', ("https://a.example",)
    if "/" in value:
        return "7/2h", "7/2h"
    return "other", "other"


SPECIAL = {
    "env": ("production", "production"),
    "log.level": ("DEBUG", "DEBUG"),
    "log.format": ("json", "json"),
    "trusted_proxies": ('["10.0.0.0/8"]', ("10.0.0.0/8",)),
    "public_url": ("https://school.example", "https://school.example"),
    "data_dir": ("elsewhere", Path("elsewhere")),
    "homework.currency": ("EUR", "EUR"),
    "mongodb.url": ("mongodb://127.0.0.1:9", "mongodb://127.0.0.1:9"),
    "redis.url": ("redis://127.0.0.1:9", "redis://127.0.0.1:9"),
    "secret_key": ("5f" * 32, "5f" * 32),
    "ai.base_url": ("http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1"),
    "ai.fallbacks": (
        '[{"base_url": "http://127.0.0.1:9/v1", "api_key": "k", "model": "m", "provider": "other"}]',
        (AiService(base_url="http://127.0.0.1:9/v1", api_key=SecretStr("k"), model="m", provider="other"),),
    ),
}
# What a setting needs beside itself.
COMPANY = {
    "env": {"TUTOR_SECRET_KEY": "5f" * 32, "TUTOR_PUBLIC_URL": "https://school.example"},
    "ai.base_url": {"TUTOR_AI_MODEL": "m"},
    "ai.fallbacks": {"TUTOR_AI_BASE_URL": "http://127.0.0.1:9/v1", "TUTOR_AI_MODEL": "m"},
}


@pytest.mark.parametrize("name", sorted(written(DEFAULT)))
def test_every_setting_is_reached_from_the_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text, expected = SPECIAL.get(name) or other(written(DEFAULT)[name])
    for variable, needed in COMPANY.get(name, {}).items():
        monkeypatch.setenv(variable, needed)
    monkeypatch.setenv("TUTOR_" + name.replace(".", "_").upper(), text)
    value: Any = load()
    for step in name.split("."):
        value = getattr(value, step)
    assert (value.get_secret_value() if isinstance(value, SecretStr) else value) == expected
