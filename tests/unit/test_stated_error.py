"""Checks that state their error agree with what is right, disagree with what is wrong, and know when they cannot tell."""

from __future__ import annotations

import numpy as np
import pytest
from stated_error import CouldNotTell, Disagrees, batch_means, mean_is, proportion_is

pytestmark = pytest.mark.unit


def sample(mean: float, sd: float, n: int, seed: int = 1) -> list[float]:
    return np.random.default_rng(seed).normal(mean, sd, n).tolist()


def test_a_large_sample_around_the_right_mean_agrees() -> None:
    verdict = mean_is("mean", sample(10, 2, 2000), 10.0, if_wrong=3.0).confirmed()
    assert verdict.bayes_factor < 0.1
    assert verdict.observed == pytest.approx(10, abs=0.2)


def test_a_large_sample_around_a_wrong_mean_disagrees() -> None:
    with pytest.raises(Disagrees, match="mean: observed"):
        mean_is("mean", sample(10, 2, 2000), 9.5, if_wrong=3.0).confirmed()


def test_a_small_sample_cannot_tell_and_says_what_it_would_take() -> None:
    with pytest.raises(CouldNotTell, match="standard error"):
        mean_is("mean", sample(10, 20, 5), 10.0, if_wrong=3.0).confirmed()
    with pytest.raises(CouldNotTell):
        mean_is("mean", [1.0, 2.0], 1.5, if_wrong=3.0)


def test_a_mean_inside_its_tolerance_agrees_where_an_exact_one_would_not() -> None:
    values = sample(10.0, 1.0, 5000)
    mean_is("mean", values, 9.8, within=0.5, if_wrong=10.0).confirmed()
    with pytest.raises(Disagrees):
        mean_is("mean", values, 9.8, if_wrong=10.0).confirmed()


def test_the_smallest_error_seen_is_where_the_verdict_turns() -> None:
    verdict = mean_is("mean", [0.0], 0.0, within=0.2, if_wrong=5.0, standard_error=0.1)
    for departure, wrong in ((0.99, False), (1.01, True)):
        at = mean_is("mean", [departure * verdict.smallest_error_seen], 0.0, within=0.2, if_wrong=5.0, standard_error=0.1)
        assert (at.bayes_factor >= 100) is wrong


def test_a_mean_without_error_is_right_or_wrong() -> None:
    assert mean_is("mean", [3.0, 3.0, 3.0], 3.0, if_wrong=1.0).bayes_factor == 0.0
    assert mean_is("mean", [3.0, 3.0, 3.0], 3.1, if_wrong=1.0).bayes_factor == float("inf")


def test_a_proportion_agrees_disagrees_or_cannot_tell() -> None:
    proportion_is("share", 3010, 10_000, 0.3).confirmed()
    with pytest.raises(Disagrees):
        proportion_is("share", 3300, 10_000, 0.3).confirmed()
    with pytest.raises(CouldNotTell, match="10 trials"):
        proportion_is("share", 3, 10, 0.3).confirmed()
    with pytest.raises(CouldNotTell, match="no trials"):
        proportion_is("share", 0, 0, 0.3)


def test_a_proportion_anywhere_in_its_range_agrees() -> None:
    proportion_is("share", 3300, 10_000, (0.25, 0.35)).confirmed()
    with pytest.raises(Disagrees):
        proportion_is("share", 4500, 10_000, (0.25, 0.35)).confirmed()


def test_a_proportion_of_nought_or_one_is_broken_by_one_trial_the_other_way() -> None:
    proportion_is("share", 0, 1000, 0.0).confirmed()
    proportion_is("share", 1000, 1000, 1.0).confirmed()
    with pytest.raises(Disagrees):
        proportion_is("share", 1, 1000, 0.0).confirmed()


def test_one_right_sample_in_many_is_called_wrong_less_often_than_one_in_a_hundred() -> None:
    rng = np.random.default_rng(3)
    verdicts = [mean_is("mean", rng.normal(0, 1, 30), 0.0, if_wrong=2.0).bayes_factor for _ in range(2000)]
    assert sum(factor >= 100 for factor in verdicts) <= 5
    hits = rng.binomial(400, 0.2, 300)
    assert sum(proportion_is("share", int(k), 400, 0.2).bayes_factor >= 100 for k in hits) <= 3


def test_batches_are_equally_long_and_leave_out_the_start() -> None:
    assert batch_means([9.0, 1.0, 3.0, 5.0, 7.0], 2) == [2.0, 6.0]
    with pytest.raises(CouldNotTell):
        batch_means([1.0], 2)
