"""What one run of the load generator is to do, and what it found. `runs.py` writes a plan, `load.py` carries it out."""

from dataclasses import dataclass

from tests.bench.meter import Spread
from tests.bench.scenarios import Scenario


@dataclass(frozen=True, slots=True)
class Pids:
    """The processes of a run; what else the machine does is foreign."""

    server: int
    upstream: int
    stores: tuple[int, ...]
    others: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A load on one server: how its `client` speaks, where it is, and the access `tokens`, which go round."""

    client: str
    url: str
    tokens: tuple[str, ...]
    pids: Pids
    load: Scenario


@dataclass(frozen=True, slots=True)
class Shares:
    """Percent of one core that each part of a run took."""

    server: float
    upstream: float
    generator: float
    stores: float
    foreign: float


@dataclass(frozen=True, slots=True)
class Result:
    """What one run counted in its window. `tokens_per_s` counts a token once for every viewer that got it.

    `in_time_per_s` counts those that were sent within the window and came in half a second.
    """

    tokens_per_s: float
    in_time_per_s: float
    offered_per_s: float
    tokens_per_frame: float
    cpu_us_per_delivery: float
    cpu: Shares
    delay: Spread | None
    first_token: Spread | None
    whole: int
    short: int
    out_of_order: int
    closed: int
    rss_mb: float
