"""Statistical checks that state their error: a Bayes factor between "as it should be" and "wrong", and what the sample can tell.

A check has three ends. *Agrees*: the sample is at least ten times likelier where the value is right. *Disagrees*: it is
at least a hundred times likelier where the value is wrong. In between the *sample could not tell*, which fails the test
just as well, for a check that cannot tell is none; the message says how much more data it would take.

The idea is that of the fuzzy checker of IHME's vivarium_testing_utils (and of Kass and Raftery 1995, whose "decisive"
evidence is a Bayes factor of 100).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import optimize, special, stats

DISAGREES: Final = 100.0
AGREES: Final = 0.1


class Disagrees(AssertionError):
    """The sample is at least a hundred times likelier where the value is wrong."""


class CouldNotTell(AssertionError):
    """The sample is too small, or spreads too much, to tell right from wrong."""


@dataclass(frozen=True)
class Verdict:
    """What a sample says of a value.

    ``bayes_factor`` is how many times likelier the sample is where the value is wrong. ``smallest_error_seen`` is the
    smallest departure from what is expected that a sample of this precision would call wrong: the check's power.
    """

    what: str
    observed: float
    expected: float
    bayes_factor: float
    smallest_error_seen: float
    needs: str

    def confirmed(self) -> Verdict:
        """Return the verdict, or raise unless the sample agrees."""
        numbers = f"{self.what}: observed {self.observed:.6g}, expected {self.expected:.6g}, Bayes factor {self.bayes_factor:.3g}"
        if self.bayes_factor >= DISAGREES:
            raise Disagrees(f"{numbers} for being wrong")
        if self.bayes_factor > AGREES:
            raise CouldNotTell(f"{numbers}: the sample could not tell; {self.needs}")
        return self


def mean_is(
    what: str,
    values: Sequence[float],
    expected: float,
    *,
    within: float = 0.0,
    if_wrong: float,
    standard_error: float | None = None,
) -> Verdict:
    """Compare the mean of independent values with what is expected.

    Parameters
    ----------
    values : independent (for a series in time, means of batches).
    within : half-width of the range in which the true mean may lie and still be right (95% of a Normal around ``expected``).
    if_wrong : standard deviation of the true mean around ``expected`` where something is wrong: how far off mistakes are.
    standard_error : of the mean; worked out from the spread of the values when left out.

    A t distribution takes the place of the Normal for few values, by widening the standard error to the same 97.5%
    point.
    """
    x = np.asarray(values, dtype=np.float64)
    if standard_error is None:
        if len(x) < 3:
            raise CouldNotTell(f"{what}: {len(x)} values have no spread to speak of")
        standard_error = float(x.std(ddof=1) / math.sqrt(len(x)) * stats.t.ppf(0.975, len(x) - 1) / stats.norm.ppf(0.975))
    observed = float(x.mean())
    right = math.hypot(standard_error, within / 1.96)
    wrong = math.hypot(standard_error, if_wrong)
    if right <= 0.0:
        same = observed == expected
        return Verdict(what, observed, expected, 0.0 if same else math.inf, 0.0, "it holds exactly or not at all")

    def log_factor(departure: float) -> float:
        return math.log(right / wrong) + departure**2 / 2 * (1 / right**2 - 1 / wrong**2)

    seen = math.sqrt(2 * (math.log(DISAGREES) - math.log(right / wrong)) / (1 / right**2 - 1 / wrong**2))
    enough = math.sqrt(max((if_wrong * AGREES) ** 2 - (within / 1.96) ** 2, 0.0))
    needs = f"the standard error is {standard_error:.3g} and would have to be below about {enough:.3g}"
    return Verdict(what, observed, expected, _exp(log_factor(observed - expected)), seen, needs)


def proportion_is(what: str, hits: int, trials: int, expected: float | tuple[float, float]) -> Verdict:
    """Compare a proportion of independent trials with what is expected.

    ``expected`` is a number or a range that holds the true proportion with 95% certainty (a Beta distribution). Where
    something is wrong the proportion may be anything (a Beta(1/2, 1/2) distribution).
    """
    if trials < 1:
        raise CouldNotTell(f"{what}: there were no trials")
    if isinstance(expected, tuple):
        a, b = _beta_with(*expected)
        centre = a / (a + b)
    else:
        a, b, centre = math.inf, math.inf, expected

    def log_factor(count: np.ndarray) -> np.ndarray:
        wrong = _log_beta_binomial(count, trials, 0.5, 0.5)
        if math.isinf(a):
            return wrong - stats.binom.logpmf(count, trials, centre)
        return wrong - _log_beta_binomial(count, trials, a, b)

    counts = np.unique(np.linspace(0, trials, min(trials, 2000) + 1).round())
    called = counts[log_factor(counts) >= math.log(DISAGREES)] / trials - centre
    above = called[called > 0].min(initial=math.inf) if centre < 1 else 0.0
    below = -called[called < 0].max(initial=-math.inf) if centre > 0 else 0.0
    factor = _exp(float(log_factor(np.array([hits]))[0]))
    return Verdict(what, hits / trials, centre, factor, float(max(above, below)), f"there were {trials} trials")


def batch_means(series: Sequence[float], batches: int = 20) -> list[float]:
    """Return means of equally long stretches of a series, for :func:`mean_is`; what is left over at the start is dropped."""
    x = np.asarray(series, dtype=np.float64)
    length = len(x) // batches
    if length == 0:
        raise CouldNotTell(f"{len(x)} values do not make {batches} batches")
    return [float(m) for m in x[len(x) - length * batches :].reshape(batches, length).mean(axis=1)]


def _exp(x: float) -> float:
    return math.inf if x > 700 else math.exp(x)


def _log_beta_binomial(k: np.ndarray, n: int, a: float, b: float) -> np.ndarray:
    choose = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return choose + special.betaln(k + a, n - k + b) - special.betaln(a, b)


def _beta_with(low: float, high: float) -> tuple[float, float]:
    """Return the Beta distribution that lies between two bounds with 95% certainty, as far to one side as to the other."""
    centre, sd = (low + high) / 2, (high - low) / (2 * 1.96)
    total = centre * (1 - centre) / sd**2 - 1

    def outside(log_total: float) -> float:
        n = math.exp(log_total)
        beta = stats.beta(centre * n, (1 - centre) * n)
        return float(beta.cdf(low) + beta.sf(high) - 0.05)

    n = math.exp(optimize.brentq(outside, math.log(total) - 5, math.log(total) + 5))
    return centre * n, (1 - centre) * n
