"""Typed, frozen settings. Only `app.py` and the command line read them; rooms get the values they need.

`config/default.toml` is the reference of every setting; a test keeps it complete.
"""

import os
import re
import secrets
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from tutor.core.address import networks
from tutor.core.errors import TutorError
from tutor.core.limits import RATE, WINDOW

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / "config"
SHORTEST_SECRET = 32
FIELD = re.compile(r'field "(\w+)"')
WEAK_SECRETS = ("change", "secret", "default", "example", "password", "0123456789", "aaaa")

Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(gt=0)]
RateText = Annotated[str, Field(pattern=f"^{RATE}$")]
WindowText = Annotated[str, Field(pattern=f"^{WINDOW}$")]


def _are_networks(texts: tuple[str, ...]) -> tuple[str, ...]:
    networks(texts)
    return texts


class SettingsInvalid(TutorError):
    """A setting has a wrong value. Facts: `setting`, `problem`."""

    code = "settings_invalid"


class Section(BaseModel):
    """A part of the settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LogSection(Section):
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]
    format: Literal["console", "json"]


class MongodbSection(Section):
    url: Annotated[str, Field(pattern=r"^($|mongodb(\+srv)?://)")]
    database: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,38}$")]
    timeout_ms: Count
    pool_size: Count


class RedisSection(Section):
    url: Annotated[str, Field(pattern=r"^($|(rediss?|unix)://)")]
    timeout_s: Positive
    prefix: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$")]


class AccountsSection(Section):
    access_minutes: Positive
    refresh_days: Positive
    refresh_grace_s: Annotated[float, Field(ge=0)]
    invitation_days: Positive


class SocketsSection(Section):
    max_frame: Count
    max_queued_packets: Count
    max_queued_bytes: Count
    ping_interval_s: Positive
    ping_timeout_s: Positive
    connect_s: Positive
    per_user: Count
    events_per_s: Positive
    events_burst: Count


class ChatSection(Section):
    part_ms: Positive
    checkpoint_s: Positive
    checkpoint_chars: Count
    lease_s: Positive
    max_replies: Count
    max_replies_per_student: Count
    queue_s: Positive
    floor_away_s: Positive
    draft_waits_s: Positive
    drain_s: Positive
    parts_ttl_s: Count
    history_tokens: Count
    max_tokens: Count


class FilesSection(Section):
    photo_mb: Count
    pdf_mb: Count
    megapixels: Annotated[int, Field(gt=0, le=100)]
    pdf_pages: Annotated[int, Field(gt=0, le=100)]
    picture_side: Annotated[int, Field(ge=200, le=4000)]
    thumbnail_side: Annotated[int, Field(ge=50, le=1000)]
    at_once: Count
    queue_s: Positive
    deadline_s: Annotated[int, Field(gt=0, le=300)]
    unclaimed_h: Positive
    unclaimed_per_user: Count


class HomeworkSection(Section):
    graders: Annotated[int, Field(ge=0, le=64)]
    lease_s: Positive
    look_s: Positive
    price_per_million_tokens: Annotated[float, Field(ge=0)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class AiService(Section):
    """Which AI service, and which of its models."""

    base_url: str
    api_key: SecretStr = SecretStr("")
    model: str
    provider: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$")]


class AiSection(AiService):
    fallbacks: tuple[AiService, ...]
    fallback_to_builtin: bool
    grading_model: str
    vision_model: str
    temperature: Annotated[float, Field(ge=0, le=2)]
    connect_s: Positive
    first_token_s: Positive
    between_tokens_s: Positive
    total_s: Positive
    attempts: Count
    breaker_failures: Count
    breaker_open_s: Positive
    breaker_rejected_s: Positive
    max_connections: Count
    max_reply_chars: Count
    pace_s: Annotated[float, Field(ge=0)]
    prewarm: bool


class LimitsSection(Section):
    redis_timeout_s: Positive
    api_user: RateText
    anonymous_address: RateText
    connect_address: RateText
    sign_in_here: WindowText
    sign_in_name: WindowText
    sign_in_address: WindowText
    password_user: WindowText
    register_address: RateText
    refresh_session: RateText
    invite_user: RateText
    guardian_code_user: RateText
    join_user: WindowText
    join_address: WindowText
    broadcast_user: RateText
    search_user: RateText
    upload_user: RateText
    hand_in_user: RateText
    ai_student: RateText
    ai_class: RateText


class Settings(BaseSettings):
    """All settings. Build them with `load`, which turns a wrong value into one clear sentence."""

    model_config = SettingsConfigDict(
        env_prefix="TUTOR_",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        env_file=ROOT / ".env",
        frozen=True,
        extra="ignore",
    )

    env: Literal["development", "test", "production"]
    host: str
    port: Annotated[int, Field(ge=0, le=65535)]
    public_url: str
    origins: tuple[str, ...]
    trusted_proxies: Annotated[tuple[str, ...], AfterValidator(_are_networks)]
    data_dir: Path
    secret_key: SecretStr
    log: LogSection
    mongodb: MongodbSection
    redis: RedisSection
    accounts: AccountsSection
    sockets: SocketsSection
    chat: ChatSection
    files: FilesSection
    homework: HomeworkSection
    ai: AiSection
    limits: LimitsSection

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (
            init_settings,
            env_settings,
            dotenv_settings,
            EnvironmentFile(settings_cls, (init_settings, env_settings, dotenv_settings)),
            TomlConfigSettingsSource(settings_cls, CONFIG / "default.toml"),
        )

    @model_validator(mode="after")
    def _fits_together(self) -> "Settings":
        if self.ai.base_url and not self.ai.model:
            raise ValueError("ai.model: name the model that the service at ai.base_url should use")
        if self.ai.base_url and urlsplit(self.ai.base_url).scheme not in {"http", "https"}:
            raise ValueError("ai.base_url: write it with http:// or https://, ending in /v1")
        if self.ai.fallbacks and not self.ai.base_url:
            raise ValueError("ai.fallbacks: name the first service at ai.base_url")
        if any(not each.model or urlsplit(each.base_url).scheme not in {"http", "https"} for each in self.ai.fallbacks):
            raise ValueError("ai.fallbacks: each needs a base_url with http:// or https://, and a model")
        if 0 < len(self.secret_key.get_secret_value().encode()) < SHORTEST_SECRET:
            raise ValueError(f"secret_key: {SHORTEST_SECRET} bytes are the least that tokens can be signed with")
        if self.env == "production":
            self._is_safe()
        return self

    def _is_safe(self) -> None:
        secret = self.secret_key.get_secret_value()
        if len(secret) < SHORTEST_SECRET or any(weak in secret.lower() for weak in WEAK_SECRETS):
            raise ValueError(
                f"secret_key: production needs a random key of at least {SHORTEST_SECRET} characters; "
                "set TUTOR_SECRET_KEY to the output of: openssl rand -hex 32"
            )
        if urlsplit(self.public_url).scheme != "https":
            raise ValueError("public_url: production needs the https address that people type")
        if "*" in self.origins:
            raise ValueError("origins: production refuses '*'; name each origin")

    @property
    def address(self) -> str:
        """The address that people type."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def data_folder(self) -> Path:
        """The data folder as an absolute path."""
        return self.data_dir if self.data_dir.is_absolute() else ROOT / self.data_dir


class EnvironmentFile(PydanticBaseSettingsSource):
    """`config/<env>.toml`, where the environment's name comes from the sources above it."""

    def __init__(self, settings_cls: type[BaseSettings], above: tuple[PydanticBaseSettingsSource, ...]) -> None:
        super().__init__(settings_cls)
        self._above = above

    def get_field_value(self, field: object, field_name: str) -> tuple[object, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, object]:
        name = next((found for source in self._above if (found := source().get("env"))), None)
        if name is None:
            name = TomlConfigSettingsSource(self.settings_cls, CONFIG / "default.toml")().get("env")
        return TomlConfigSettingsSource(self.settings_cls, CONFIG / f"{name}.toml")()


def load(**changes: object) -> Settings:
    """Read the settings from files and environment; `changes` win over everything.

    Raises:
        SettingsInvalid: a value is wrong or unsafe; its facts name the setting.

    """
    try:
        return Settings(**changes)  # type: ignore[arg-type]  # validated by pydantic
    except SettingsError as error:
        named = FIELD.search(str(error))
        raise SettingsInvalid(setting=named[1] if named else "?", problem="write it as JSON") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsInvalid(setting="config/*.toml", problem=str(error)) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where, problem = ".".join(str(step) for step in first["loc"]), first["msg"].removeprefix("Value error, ")
        if not where:
            where, _, problem = problem.partition(": ")
        raise SettingsInvalid(setting=where, problem=problem) from error


def secret_of(settings: Settings) -> str:
    """The signing key: the one that was set, or else one that is made once and kept in the data folder."""
    if given := settings.secret_key.get_secret_value():
        return given
    path = settings.data_folder / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"secret_key.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        with suppress(FileExistsError):  # the key is there whole or not at all, and the first of two servers makes it
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
