"""How long consultations will take where too few have ended to learn from: the hospital's own plan, and how far to
trust it. Knows no queue and no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log, sqrt
from statistics import NormalDist

VARIATION = 0.6
"""Coefficient of variation of consultations (docs/sources.md, Graded queues)."""
DOUBT = 0.6
"""Standard deviation of how much longer or shorter consultations are on average than planned, as a share."""


@dataclass(frozen=True, slots=True)
class ServiceTimes:
    """Minutes of consultations to draw from, and the share by which their mean is doubted beyond what they say."""

    samples: Sequence[float]
    doubt: float = 0.0


def service_times(samples: Sequence[float], planned: float | None, wanted: int) -> ServiceTimes | None:
    """What there is to draw from: the samples where there are as many as `wanted`, else filled up with the plan.

    None where there are fewer and nothing is planned: nothing honest can be said. The plan is doubted the less the
    more of the samples are real.
    """
    missing = wanted - len(samples)
    if missing <= 0:
        return ServiceTimes(samples)
    if planned is None:
        return None
    return ServiceTimes([*samples, *_as_planned(planned, missing)], DOUBT * missing / wanted)


@cache
def _as_planned(minutes: float, count: int) -> tuple[float, ...]:
    """So many consultations of this mean: the middle quantiles of the lognormal distribution, scaled to the mean."""
    spread = sqrt(log(1 + VARIATION**2))
    drawn = [exp(NormalDist(0.0, spread).inv_cdf((index + 0.5) / count)) for index in range(count)]
    return tuple(one * minutes * count / sum(drawn) for one in drawn)
