"""structlog set-up: JSON lines in production, readable lines at a desk.

Ids only: never what a child wrote, nor a token. `serve.py` calls it first.
"""

import logging
import sys

import structlog

SECRET_KEYS = frozenset(
    {"password", "token", "secret", "authorization", "cookie", "text", "email", "phone", "refresh_token"}
)


# Local variables in a traceback would carry what children wrote.
WITHOUT_LOCALS = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)


def hide_secrets(_logger: object, _method: str, entry: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Blank out values whose key says that they do not belong into a log."""
    for key in SECRET_KEYS & entry.keys():
        entry[key] = "[hidden]"
    return entry


def set_up_logs(level: str, *, as_json: bool) -> None:
    """Configure structlog and route the standard library's loggers (aiohttp, motor) through it, to stderr."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    last: list[structlog.typing.Processor] = (
        [structlog.processors.ExceptionRenderer(WITHOUT_LOCALS), structlog.processors.JSONRenderer()]
        if as_json
        else [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "engineio", "socketio", "pymongo", "aiohttp.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
