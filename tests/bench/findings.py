"""Everything that one `make bench` found, and the few figures that it comes down to.

Ratios are taken inside one round, where both servers had the same machine; what is told is the median of the rounds.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import median

from tests.bench.crowd import Crowd, Stall
from tests.bench.plan import Result
from tests.bench.subjects import OURS

FULL_CORE = 92.0  # percent; from there on the core beside the server's may have been the limit
ALL_OFFERED = 0.95
ALL_DELIVERED = 0.99
IN_TIME_MS = 500.0

Round = dict[str, dict[str, Result]]


@dataclass(frozen=True, slots=True)
class Findings:
    """`rounds` by server and load; `crowds` by server, and `stalls` by server and manner, such as `ours+pong`."""

    rounds: list[Round] = field(default_factory=list)
    crowds: dict[str, Crowd] = field(default_factory=dict)
    stalls: dict[str, Stall] = field(default_factory=dict)

    def of(self, server: str, load: str) -> list[Result]:
        """The results of a server under a load, one a round."""
        return [found[server][load] for found in self.rounds if load in found.get(server, {})]

    def middle(self, server: str, load: str, figure: Callable[[Result], float]) -> float | None:
        """The median of a figure."""
        return middle(figure(result) for result in self.of(server, load))

    def ratio(self, load: str, other: str, figure: Callable[[Result], float]) -> float | None:
        """The median of our figure divided by another server's in the same round."""
        both = [(found[OURS], found[other]) for found in self.rounds if OURS in found and other in found]
        return middle(figure(ours[load]) / figure(its[load]) for ours, its in both if load in ours and load in its)


@dataclass(frozen=True, slots=True)
class Summary:
    """What `build/bench.json` begins with. None: not measured in this run."""

    tokens_per_s_vs_plain: float | None
    tokens_per_s_vs_chainlit: float | None
    tokens_per_s_vs_node: float | None
    tokens_per_s_vs_raw: float | None
    cpu_per_delivery_vs_plain: float | None
    streams_500_ok: bool | None
    streams_500_delivered: float | None
    added_ttft_ms_p50: float | None
    added_ttft_instant_ms_p50: float | None
    fan_out_ms_p50: float | None
    fan_out_ms_p99: float | None
    connects_per_s: float | None
    connects_per_s_vs_plain: float | None
    idle_kb: float | None
    slow_reader_mb: float | None
    slow_reader_gone_s: float | None
    foreign_cpu_percent: float | None
    doubts: list[str]


def summary(findings: Findings) -> Summary:
    """The figures of our server."""
    halves, crowd, plain = findings.of(OURS, "s500"), findings.crowds.get(OURS), findings.crowds.get("plain")
    stalls = [stall for name, stall in findings.stalls.items() if name.startswith(f"{OURS}+")]
    return Summary(
        tokens_per_s_vs_plain=findings.ratio("flood", "plain", tokens_per_s),
        tokens_per_s_vs_chainlit=findings.ratio("flood", "chainlit", tokens_per_s),
        tokens_per_s_vs_node=findings.ratio("flood", "node", tokens_per_s),
        tokens_per_s_vs_raw=findings.ratio("flood", "raw", tokens_per_s),
        cpu_per_delivery_vs_plain=findings.ratio("room30", "plain", cpu_us),
        streams_500_ok=all(map(keeps_up, halves)) if halves else None,
        streams_500_delivered=min((share(result) for result in halves), default=None),
        added_ttft_ms_p50=findings.middle(OURS, "first200", added_ms),
        added_ttft_instant_ms_p50=findings.middle(OURS, "first0", added_ms),
        fan_out_ms_p50=findings.middle(OURS, "room30", delay_p50),
        fan_out_ms_p99=findings.middle(OURS, "room30", delay_p99),
        connects_per_s=crowd.per_s if crowd else None,
        connects_per_s_vs_plain=crowd.per_s / plain.per_s if crowd and plain else None,
        idle_kb=crowd.kb if crowd else None,
        slow_reader_mb=max((stall.mb_each for stall in stalls), default=None),
        slow_reader_gone_s=_gone_s(stalls),
        foreign_cpu_percent=middle(result.cpu.foreign for result in every(findings)),
        doubts=[*_doubts(findings)],
    )


def middle(values: Iterable[float]) -> float | None:
    """The median; None of nothing."""
    kept = list(values)
    return median(kept) if kept else None


def every(findings: Findings) -> Iterable[Result]:
    """All results."""
    return (result for found in findings.rounds for results in found.values() for result in results.values())


def tokens_per_s(result: Result) -> float:
    return result.tokens_per_s


def cpu_us(result: Result) -> float:
    return result.cpu_us_per_delivery


def added_ms(result: Result) -> float:
    """The time before the first token that is not the upstream's, p50 in ms."""
    return result.first_token.p50 if result.first_token else float("nan")


def delay_p50(result: Result) -> float:
    return result.delay.p50 if result.delay else float("nan")


def delay_p99(result: Result) -> float:
    return result.delay.p99 if result.delay else float("nan")


def share(result: Result) -> float:
    """How much of what was offered in the window arrived in time."""
    return result.in_time_per_s / result.offered_per_s


def keeps_up(result: Result) -> bool:
    """Whether all that was offered came, in order, whole and without falling behind."""
    whole = result.short == result.out_of_order == result.closed == 0
    return whole and share(result) >= ALL_DELIVERED and delay_p99(result) <= IN_TIME_MS


def beside(result: Result) -> float:
    """Percent of its core that everything but the server took."""
    return result.cpu.upstream + result.cpu.generator + result.cpu.stores


def _gone_s(stalls: list[Stall]) -> float | None:
    if not stalls or any(stall.gone < stall.readers for stall in stalls):
        return None
    return max(stall.gone_after_s for stall in stalls)


def _doubts(findings: Findings) -> Iterable[str]:
    """Where something else than the server may have been the limit."""
    for number, found in enumerate(findings.rounds, 1):
        for server, results in found.items():
            for load, result in results.items():
                where = f"round {number}, {server}, {load}"
                if beside(result) > FULL_CORE:
                    yield f"{where}: the other core was {beside(result):.0f} % busy"
                if load == "flood" and share(result) > ALL_OFFERED:
                    yield f"{where}: all that was offered arrived; the server may do more"
