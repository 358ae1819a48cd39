"""Settings: which source wins, what is refused and with which sentence, and where the key comes from."""

import asyncio
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tutor import settings as module
from tutor.core.embedded import StoreAddresses
from tutor.serve import with_addresses
from tutor.settings import Settings, SettingsInvalid, load, secret_of

SPARE = {"base_url": "http://127.0.0.1:9/v1", "model": "m", "provider": "spare"}
SAFE = {"env": "production", "secret_key": "5f" * 32, "public_url": "https://school.example"}


def test_a_desk_needs_no_settings_at_all() -> None:
    settings = load()
    assert (settings.env, settings.host, settings.port) == ("development", "127.0.0.1", 8000)
    assert settings.address == "http://127.0.0.1:8000"


def test_the_file_of_the_environment_wins_over_the_default() -> None:
    assert load(env="test").log.level == "WARNING"
    assert load(**SAFE).host == "0.0.0.0"  # noqa: S104  # what production says
    assert load(**SAFE).log.format == "json"


def test_the_environments_name_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTOR_ENV", "test")
    assert load().log.level == "WARNING"


def test_later_sources_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("TUTOR_ENV=test\nTUTOR_LOG_LEVEL=ERROR\nTUTOR_PORT=1111\nTUTOR_HOST=dotenv.example\n")
    monkeypatch.setitem(Settings.model_config, "env_file", dotenv)
    assert (load().env, load().log.level, load().port) == ("test", "ERROR", 1111)
    monkeypatch.setenv("TUTOR_PORT", "2222")
    assert (load().port, load().host) == (2222, "dotenv.example")
    assert load(port=3333).port == 3333


def test_settings_are_frozen() -> None:
    settings = load()
    for target, name in ((settings, "port"), (settings.ai, "model")):
        with pytest.raises(ValueError, match="frozen"):
            setattr(target, name, 1)


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        ({"env": "staging"}, "env"),
        ({"port": 70_000}, "port"),
        ({"port": "http"}, "port"),
        ({"log": {"level": "LOUD"}}, "log.level"),
        ({"mongodb": {"pool_size": 0}}, "mongodb.pool_size"),
        ({"mongodb": {"database": "a b"}}, "mongodb.database"),
        ({"redis": {"prefix": "A:B"}}, "redis.prefix"),
        ({"redis": {"timeout_s": -1}}, "redis.timeout_s"),
        ({"chat": {"max_replies": 0}}, "chat.max_replies"),
        ({"chat": {"speed": 1}}, "chat.speed"),
        ({"ai": {"temperature": 3}}, "ai.temperature"),
        ({"ai": {"base_url": "http://127.0.0.1/v1"}}, "ai.model"),
        ({"ai": {"base_url": "127.0.0.1/v1", "model": "m"}}, "ai.base_url"),
        ({"ai": {"base_url": "ftp://x/v1", "model": "m"}}, "ai.base_url"),
        ({"ai": {"fallbacks": [SPARE]}}, "ai.fallbacks"),
        ({"ai": {"base_url": "http://x/v1", "model": "m", "fallbacks": [SPARE | {"model": ""}]}}, "ai.fallbacks"),
        ({"ai": {"base_url": "http://x/v1", "model": "m", "fallbacks": [SPARE | {"base_url": "x"}]}}, "ai.fallbacks"),
        (SAFE | {"secret_key": ""}, "secret_key"),
        (SAFE | {"secret_key": "5f" * 15}, "secret_key"),
        (SAFE | {"secret_key": "change-me-" * 5}, "secret_key"),
        (SAFE | {"secret_key": "My-Secret-" * 5}, "secret_key"),
        (SAFE | {"secret_key": "a" * 64}, "secret_key"),
        (SAFE | {"secret_key": "0123456789" * 4}, "secret_key"),
        (SAFE | {"public_url": ""}, "public_url"),
        (SAFE | {"public_url": "http://school.example"}, "public_url"),
        (SAFE | {"public_url": "school.example"}, "public_url"),
        (SAFE | {"origins": ["*"]}, "origins"),
        (SAFE | {"origins": ["https://a.example", "*"]}, "origins"),
    ],
    ids=str,
)
def test_a_wrong_value_is_refused_under_its_name(changes: dict[str, Any], setting: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        load(**changes)
    assert refused.value.facts["setting"] == setting
    assert refused.value.facts["problem"]


def test_a_refusal_never_repeats_the_secret() -> None:
    with pytest.raises(SettingsInvalid) as refused:
        load(**SAFE | {"secret_key": "swordfish"})
    assert "swordfish" not in str(refused.value.facts)


def test_production_with_safe_settings_starts() -> None:
    settings = load(**SAFE, origins=["https://other.example"])
    assert settings.address == "https://school.example"
    assert settings.origins == ("https://other.example",)


def test_secrets_are_not_shown() -> None:
    shown = repr(load(**SAFE, ai={"api_key": "sk-swordfish"}))
    assert "swordfish" not in shown
    assert "5f5f" not in shown


def test_the_key_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    settings = load(env="test", data_dir=tmp_path / "new")
    key = secret_of(settings)
    assert len(key) == 64
    assert secret_of(settings) == key
    assert stat.S_IMODE((tmp_path / "new/secret_key").stat().st_mode) == 0o600
    assert secret_of(load(env="test", data_dir=tmp_path / "other")) != key


def test_a_key_that_was_set_is_used(tmp_path: Path) -> None:
    assert secret_of(load(env="test", data_dir=tmp_path, secret_key="5f" * 32)) == "5f" * 32
    assert list(tmp_path.iterdir()) == []


def test_of_many_who_make_the_key_at_once_all_get_the_same(tmp_path: Path) -> None:
    settings = load(env="test", data_dir=tmp_path)
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: secret_of(settings), range(64)))
    assert [len(key) for key in keys] == [64]
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_relative_folders_belong_to_the_project() -> None:
    assert load(data_dir="data").data_folder == module.ROOT / "data"
    assert load(data_dir="/elsewhere").data_folder == Path("/elsewhere")


def test_the_stores_addresses_fill_only_what_is_empty() -> None:
    settings = load(mongodb={"url": "mongodb://own"})
    complete = with_addresses(settings, StoreAddresses(mongodb_url=None, redis_url="unix:///r"))
    assert (complete.mongodb.url, complete.redis.url) == ("mongodb://own", "unix:///r")


@pytest.mark.parametrize(
    ("variables", "setting"),
    [
        ({"TUTOR_PORT": "99999"}, "port"),
        ({"TUTOR_ENV": "production"}, "secret_key"),
        ({"TUTOR_AI_BASE_URL": "http://127.0.0.1:9/v1"}, "ai.model"),
    ],
    ids=str,
)
async def test_the_command_line_says_it_in_one_sentence(variables: dict[str, str], setting: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tutor", "serve"),
        env={"PYTHONPATH": str(module.ROOT), "PATH": "", **variables},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    lines = err.decode().strip().splitlines()
    assert process.returncode == 1
    assert out == b""
    assert len(lines) == 1, err.decode()
    assert lines[0].startswith("tutor: ")
    assert setting in lines[0]
