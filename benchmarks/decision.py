"""`python -m benchmarks.decision`: the decision over 10 to 100,000 agreements, and Cedar over as many, in one run.

One request that passes every step, each time about another agreement; ours is all of steps 4 to 12 over the index that
a gateway holds, with facts gathered before. Cedar is asked the same by the policy that is the oracle of the tests: one
policy, the agreements as its entities, everything parsed before. One process, one thread, no network, no database;
what is prepared is put out of the garbage collector's way before the clock runs, on both sides.
"""

import gc
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cedarpy

from benchmarks.figures import Side, table
from gateway.agreements.index import Index
from gateway.agreements.rules import Agreement
from gateway.exchange import rules
from gateway.exchange.rules import Facts, Found, Permit
from tests.unit.gateway import decisions as d
from tests.unit.gateway import test_cedar_oracle as oracle

SIZES = (10, 1_000, 10_000, 100_000)
CEDAR_SIZES = (10, 1_000, 10_000)
ROUNDS, CALLS, CEDAR_CALLS = 5, 20_000, 40
MOST_US, FLAT = 50, 2.0
RESULT = Path(__file__).parent / "results" / "decision.md"

Call = Callable[[], bool]
Calls = list[Call]


def agreements(count: int) -> list[Agreement]:
    """So many agreements that differ in nothing but their id."""
    return [d.with_agreement(agreement_id=f"agr-{number:06}") for number in range(count)]


def ours(count: int) -> Calls:
    """Decisions over an index that holds so many."""
    index = Index(d.KNOWN, d.AGREEMENT.provider.region)
    index.replace(agreements(count))

    def asked(number: int) -> Call:
        request, found = case(number)
        return lambda: isinstance(
            rules.decide(request, Facts(index.get(request.agreement_id), found, d.USAGE), d.POLICY, d.NOW), Permit
        )

    return [asked(number) for number in sample(count, CALLS)]


def cedar(count: int) -> Calls:
    """The same asked of Cedar."""
    entities = cedarpy.Entities.from_json_str(json.dumps([oracle.entity(each) for each in agreements(count)]))

    def asked(number: int) -> Call:
        question = oracle.question(*case(number), d.USAGE)
        return lambda: bool(cedarpy.is_authorized(question, oracle.POLICY, entities).allowed)

    return [asked(number) for number in sample(count, CEDAR_CALLS)]


def sample(count: int, calls: int) -> list[int]:
    """Which agreements are asked about: by chance, the same at every run."""
    return random.Random(20261128).choices(range(count), k=calls)  # noqa: S311 - no secret


def case(number: int) -> tuple[rules.Request, Found]:
    """The passing request and what was found about it, of this agreement."""
    named = f"agr-{number:06}"
    request = d.with_request(agreement_id=named, caller_details=frozenset({(named, "school_enrolment")}))
    return request, Found(d.LINK, d.with_consent(agreement=named), fresh=True)


def timed(calls: Calls, side: Side) -> None:
    """One round, one call after the other."""
    begun = time.perf_counter()
    for permitted in calls:
        started = time.perf_counter()
        side.wrong += not permitted()
        side.latencies.append(time.perf_counter() - started)
    side.rates.append(len(calls) / (time.perf_counter() - begun))


def measured() -> tuple[list[Side], list[Side]]:
    """Our sides and Cedar's, in rounds that take turns."""
    own = {Side(f"{count:,} agreements"): ours(count) for count in SIZES}
    others = {Side(f"Cedar, {count:,} agreements"): cedar(count) for count in CEDAR_SIZES}
    gc.freeze()
    for _ in range(ROUNDS):
        for side, calls in (own | others).items():
            timed(calls, side)
    return list(own), list(others)


def main() -> int:
    """Measure, print, write; exit 1 when a p99 is over 50 µs or grows with the number of agreements."""
    own, others = measured()
    p99 = [side.milliseconds(99) * 1000 for side in own]
    grown = own[-1].milliseconds(50) / own[0].milliseconds(50)
    wrong = sum(side.wrong for side in own + others)
    explained = (__doc__ or "").partition("\n\n")[2]
    told = "; ".join(f"{side.name}: {value:.0f} µs" for side, value in zip(own, p99, strict=True))
    page = [f"# The decision\n\n{explained}", table("decisions", own + others, unit="us") + "\n"]
    page.append(f"**p99**: {told}. p50 at the largest to p50 at the smallest: {grown:.2f}. Wrong answers: {wrong}.\n")
    RESULT.write_text("\n".join(page))
    print("\n".join(page))
    return 1 if max(p99) > MOST_US or grown > FLAT or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
