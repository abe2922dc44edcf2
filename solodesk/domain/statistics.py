"""The statistics of metrics.md: medians with what is still open, intervals, differences.

Plain numbers in, plain numbers out; shares are 0…1. All intervals are 95 %. The bootstrap has a
fixed seed, so that the same data give the same report. Nothing here knows what is measured.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

Z95 = 1.959963984540054
_SEED = 20261001
_EPSILON = 1e-9
# From so many samples on a draw's median is found by its rank.
_MANY = 400

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sample:
    """One waiting time: `ended` False means it was still running when we stopped looking."""

    time: float
    ended: bool = True


@dataclass(frozen=True, slots=True)
class Quantile:
    """A percentile of waiting times.

    `value` is None when the curve never comes down so far: then the true one is
    `longer_than` the longest time seen (None without any data).
    """

    value: float | None
    longer_than: float | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    """One drop of the Kaplan–Meier curve: share still waiting after `time`, Greenwood's sum."""

    time: float
    share: float
    greenwood: float


def _curve(samples: Sequence[Sample]) -> list[_Step]:
    """Kaplan & Meier, "Nonparametric Estimation from Incomplete Observations", JASA 53 (1958).

    At one time, ends come before what is censored there (the usual convention).
    """
    ordered = sorted(samples, key=lambda s: s.time)
    steps: list[_Step] = []
    share, greenwood, at = 1.0, 0.0, 0
    while at < len(ordered):
        time, risk, ends = ordered[at].time, len(ordered) - at, 0
        while at < len(ordered) and ordered[at].time == time:
            ends += ordered[at].ended
            at += 1
        if ends:
            share *= 1 - ends / risk
            greenwood += ends / (risk * (risk - ends)) if risk > ends else math.inf
            steps.append(_Step(time, share, greenwood))
    return steps


def _crossing(steps: Sequence[tuple[float, float]], level: float) -> float | None:
    """First time the curve falls below `level`; midway when it rests exactly on it."""
    for i, (time, share) in enumerate(steps):
        if abs(share - level) < _EPSILON:
            return (time + steps[i + 1][0]) / 2 if i + 1 < len(steps) else time
        if share < level:
            return time
    return None


def kaplan_meier(samples: Sequence[Sample], p: float) -> Quantile:
    """The time within which the share `p` (0…1) had ended, counting what is still open.

    Without open ones this is the ordinary percentile: for p = 0.5 the median, midway between the
    two middle values of an even number (percentile type 2 of Hyndman & Fan, 1996).
    """
    if not samples:
        return Quantile(None)
    found = _crossing([(s.time, s.share) for s in _curve(samples)], 1 - p)
    if found is None:
        return Quantile(None, max(s.time for s in samples))
    return Quantile(found)


def kaplan_meier_interval(samples: Sequence[Sample], p: float) -> tuple[float, float | None] | None:
    """95 % interval of that percentile; the upper end is None when the data do not bound it.

    Brookmeyer & Crowley, Biometrics 38 (1982), on the log(−log) scale with Greenwood's variance.
    None when there is nothing to say.
    """
    steps = _curve(samples)
    if not steps:
        return None
    lower: list[tuple[float, float]] = []
    upper: list[tuple[float, float]] = []
    for step in steps:
        if step.share <= _EPSILON:
            # The curve ends at 0, where the variance is undefined: the band closes there.
            lower.append((step.time, 0.0))
            continue
        log = math.log(step.share)
        spread = Z95 * math.sqrt(step.greenwood) / -log
        lower.append((step.time, step.share ** math.exp(spread)))
        upper.append((step.time, step.share ** math.exp(-spread)))
    low = _crossing(lower, 1 - p)
    if low is None:
        return None
    return low, _crossing(upper, 1 - p)


def median(values: Sequence[float]) -> float | None:
    """The middle value, or None without any."""
    return kaplan_meier([Sample(v) for v in values], 0.5).value


def mean(values: Sequence[float]) -> float | None:
    """The arithmetic mean, or None without any."""
    return math.fsum(values) / len(values) if values else None


def mean_interval(values: Sequence[float]) -> Interval | None:
    """Student's 95 % interval of the mean; None below two values."""
    n = len(values)
    middle = mean(values)
    if middle is None or n < 2:
        return None
    variance = math.fsum((v - middle) ** 2 for v in values) / (n - 1)
    half = _student(n - 1) * math.sqrt(variance / n)
    return middle - half, middle + half


def _student(freedom: int) -> float:
    """97.5 % point of Student's t (Cornish–Fisher, Abramowitz & Stegun 26.7.5; exact for 1, 2)."""
    exact = {1: 12.7062, 2: 4.30265, 3: 3.18245, 4: 2.77645}
    if freedom in exact:
        return exact[freedom]
    z, v = Z95, float(freedom)
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
    )


def wilson(hits: int, n: int) -> Interval | None:
    """Wilson's 95 % score interval of a share (JASA 22, 1927): 80 of 100 → 0.711…0.867."""
    if n <= 0:
        return None
    share, z2 = hits / n, Z95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


def nps(promoters: int, detractors: int, n: int) -> float | None:
    """100·(promoters − detractors)/n, −100…+100; a difference, not a share."""
    return 100 * (promoters - detractors) / n if n else None


def nps_interval(promoters: int, detractors: int, n: int) -> Interval | None:
    """Adjusted Wald interval of the NPS in points.

    Three pseudo-answers are added: ¾ promoter, ¾ detractor, 1½ passive. Source: B. Rocks,
    "Interval Estimation for the Net Promoter Score", The American Statistician 70 (2016)
    365–372, in the form given by Sauro & Lewis (MeasuringU, "Three ways to compute confidence
    intervals for NPS").
    """
    if n <= 0:
        return None
    total = n + 3
    up, down = (promoters + 0.75) / total, (detractors + 0.75) / total
    half = Z95 * math.sqrt((up + down - (up - down) ** 2) / total)
    return max(-100.0, 100 * (up - down - half)), min(100.0, 100 * (up - down + half))


def newcombe(hits: int, n: int, hits_before: int, n_before: int) -> Interval | None:
    """95 % interval of share − share before.

    Newcombe, Statistics in Medicine 17 (1998) 873–890, method 10 (hybrid score).
    """
    now, before = wilson(hits, n), wilson(hits_before, n_before)
    if now is None or before is None:
        return None
    p, q = hits / n, hits_before / n_before
    down = math.hypot(p - now[0], before[1] - q)
    up = math.hypot(now[1] - p, q - before[0])
    return p - q - down, p - q + up


def counts_differ(count: int, before: int, exposure: float, exposure_before: float) -> bool | None:
    """Whether two Poisson counts differ at 95 % given their exposures (e.g. days).

    Conditional test by Wilson's interval (Przyborowski & Wilenski, 1940): given their sum, the
    first is binomial with the exposure's share. None when both are 0.
    """
    interval = wilson(count, count + before)
    if interval is None or exposure <= 0 or exposure_before <= 0:
        return None
    fair = exposure / (exposure + exposure_before)
    return not interval[0] <= fair <= interval[1]


def median_difference(now: Sequence[Sample], before: Sequence[Sample]) -> Interval | None:
    """Bootstrap 95 % interval (percentile method, fixed seed) of median − median before.

    Pairs (time, ended) are drawn, so open waits stay open (Efron, JASA 76, 1981). A draw whose
    median is beyond the data takes the longest time seen. None below 5 samples on a side.
    """
    if len(now) < 5 or len(before) < 5:
        return None
    rounds = _rounds(max(len(now), len(before)))
    dice = random.Random(_SEED)  # noqa: S311 - a reproducible draw, not a secret
    ordered = [sorted(side, key=lambda s: (s.time, not s.ended)) for side in (now, before)]
    first, second = (_by_rank if _ranks_do(side) else _drawn_median for side in ordered)
    differences = sorted(first(ordered[0], dice) - second(ordered[1], dice) for _ in range(rounds))
    return differences[int(0.025 * rounds)], differences[min(rounds - 1, int(0.975 * rounds))]


def _rounds(size: int) -> int:
    return max(200, min(1000, 200_000 // size)) if size < _MANY else 1000


def _ranks_do(ordered: Sequence[Sample]) -> bool:
    """Whether the median of a draw is surely an ordinary one: many samples, none open below it.

    The rank of a draw's median lies within half of the sample ± 4·√n/2, here under 60 %.
    """
    return len(ordered) >= _MANY and all(s.ended for s in ordered[: len(ordered) * 6 // 10])


def _by_rank(ordered: Sequence[Sample], dice: random.Random) -> float:
    """Median of one draw with replacement, in constant time.

    The k-th smallest of n uniform numbers is Beta(k, n+1−k) distributed; it names the sample.
    """
    size = len(ordered)
    rank = (size + 1) // 2
    at = dice.betavariate(rank, size + 1 - rank)
    low = ordered[min(size - 1, int(at * size))].time
    if size % 2:
        return low
    # The next larger one of the same draw: the smallest of the n−k numbers above it.
    above = at + (1 - at) * (1 - dice.random() ** (1 / (size - rank)))
    return (low + ordered[min(size - 1, int(above * size))].time) / 2


def _drawn_median(ordered: Sequence[Sample], dice: random.Random) -> float:
    """Median of one draw with replacement from samples sorted by time, in one pass."""
    size = len(ordered)
    counts = [0] * size
    for place in dice.choices(range(size), k=size):
        counts[place] += 1
    share, risk = 1.0, size
    resting: float | None = None
    for sample, count in zip(ordered, counts, strict=True):
        if not count:
            continue
        if sample.ended:
            if resting is not None and sample.time > resting:
                return (resting + sample.time) / 2
            share *= 1 - count / risk
            if abs(share - 0.5) < _EPSILON:
                resting = sample.time
            elif share < 0.5:
                return sample.time
        risk -= count
    return ordered[-1].time if resting is None else resting
