"""A circuit breaker for one model of one AI service: a service that is ill is left alone for a while. Used by `chain`.

The pattern is Michael Nygard's ("Release It!"). Its own few lines, because the libraries for asyncio measure with the
wall clock, which may jump, and know nothing of Retry-After.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from tutor.ai.errors import ModelError, ModelRejected, ModelUnavailable
from tutor.core.clock import Clock

log = structlog.get_logger(__name__)

_PROBING_S = 1.0  # said to those who come while the one probe is out
_LONGEST = 4.0  # times open_s: as far as doubling goes


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """When a breaker opens and for how long.

    It opens after `failures` failed calls in a row for `open_s` seconds, doubled up to four times that as long as the
    probes fail. A Retry-After of at least `open_s` opens it at once for that long, but no longer than `longest_s`.
    A refused key, account or model name opens it at once for `rejected_s`.
    """

    failures: int = 5
    open_s: float = 30.0
    rejected_s: float = 120.0
    longest_s: float = 600.0


class Breaker:
    """Closed: calls pass. Open: they fail at once. Half-open, when the time is over: one passes and decides."""

    def __init__(self, name: str, clock: Clock, settings: BreakerSettings) -> None:
        self._name = name
        self._clock = clock
        self._settings = settings
        self._failed = 0
        self._open_until: float | None = None
        self._next_s = settings.open_s
        self._probing = False

    @property
    def wait_s(self) -> float:
        """Seconds until the service may be asked again; 0 when it may be asked now."""
        return 0.0 if self._open_until is None else max(0.0, self._open_until - self._clock.monotonic())

    @property
    def passes(self) -> bool:
        """Whether a call would pass now."""
        return not self.wait_s and not self._probing

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around one call up to its first piece. An error that is no ModelError (a cancellation) decides nothing.

        Raises:
            ModelUnavailable: the breaker is open, or half-open and its probe is out.

        """
        if not self.passes:
            raise ModelUnavailable(retry_after_s=round(self.wait_s or _PROBING_S, 1))
        self._probing = probe = self._open_until is not None
        try:
            yield
        except ModelError as error:
            self._judge(error, probe=probe)
            raise
        else:
            self._close()
        finally:
            if probe:
                self._probing = False

    def _judge(self, error: ModelError, *, probe: bool) -> None:
        """Count an error, unless it was the request alone that the service would not take."""
        settings = self._settings
        if isinstance(error, ModelRejected):
            if error.concerns_all:
                self._open(settings.rejected_s, error)
            else:
                self._close()
            return
        asked_s = error.facts.get("retry_after_s")
        wait_s = float(asked_s) if isinstance(asked_s, int | float) else 0.0
        self._failed += 1
        had_enough = self._open_until is None and self._failed >= settings.failures
        if probe or had_enough or wait_s >= settings.open_s:
            self._open(max(wait_s, self._next_s), error)
            self._next_s = min(2 * self._next_s, _LONGEST * settings.open_s)

    def _open(self, for_s: float, error: ModelError) -> None:
        seconds = min(for_s, self._settings.longest_s)
        until = self._clock.monotonic() + seconds
        if self._open_until is None or until > self._open_until:
            self._open_until = until
        facts = {"code": error.code, "status": error.facts.get("status"), "stage": error.facts.get("stage")}
        tell = log.error if isinstance(error, ModelRejected) else log.warning
        tell("ai_service_left_alone", service=self._name, seconds=seconds, **facts)

    def _close(self) -> None:
        if self._open_until is not None and self.wait_s:
            return  # opened while this call was under way: what it says is older
        if self._open_until is not None:
            log.info("ai_service_is_back", service=self._name)
        self._failed = 0
        self._open_until = None
        self._next_s = self._settings.open_s
