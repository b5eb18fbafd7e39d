"""Percentiles, ratios and the table; figures of one run are compared with each other, never with another run's."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(eq=False)
class Side:
    """One side of a comparison: per round its throughput, and all latencies in seconds."""

    name: str
    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    wrong: int = 0
    cpu_ms: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Median throughput of the rounds, per second."""
        return statistics.median(self.rates)

    def milliseconds(self, percent: float) -> float:
        """A percentile of the latencies in milliseconds."""
        return percentile(self.latencies, percent) * 1000


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile."""
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * percent // 100))
    return ordered[int(rank) - 1]


def table(title: str, sides: Sequence[Side], unit: str = "ms") -> str:
    """A table whose ratios are to the first side; times in milliseconds ("ms") or microseconds ("us")."""
    times = 1000 if unit == "us" else 1
    head = f"| {title} | per second (median of rounds; range) | ratio | p50 {unit} | p99 {unit} | CPU ms a call |"
    lines = [head, "|---|---|---|---|---|---|"]
    for side in sides:
        ranged = f"{side.rate:.0f} ({min(side.rates):.0f}-{max(side.rates):.0f})"
        spent = " | ".join(
            f"{side.milliseconds(percent) * times:.1f}" if side.latencies else "-" for percent in (50, 99)
        )
        cpu = f"{statistics.median(side.cpu_ms):.2f}" if side.cpu_ms else "-"
        lines.append(f"| {side.name} | {ranged} | {side.rate / sides[0].rate:.2f} | {spent} | {cpu} |")
    return "\n".join(lines)


def recorded(sides: Sequence[Side]) -> list[dict[str, object]]:
    """The same as data."""
    return [
        {
            "side": side.name,
            "per_second": [round(rate, 1) for rate in side.rates],
            "ratio": round(side.rate / sides[0].rate, 3),
            "p50_ms": round(side.milliseconds(50), 3) if side.latencies else None,
            "p99_ms": round(side.milliseconds(99), 3) if side.latencies else None,
            "cpu_ms": round(statistics.median(side.cpu_ms), 3) if side.cpu_ms else None,
            "not_as_expected": side.wrong,
        }
        for side in sides
    ]
