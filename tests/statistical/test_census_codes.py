"""Codes are as common in returns as in the published tables, where what decides them is as common as there."""

from __future__ import annotations

import numpy as np
import pytest

from cinsim.census import shares
from cinsim.census.codes import ABUSE_CATEGORIES, FACTORS, PRIMARY_NEEDS
from cinsim.engine.draws import Draws
from cinsim.reference.figures import profile
from cinsim.reference.parameters import NEED_CATEGORIES

pytestmark = pytest.mark.statistical

CHILDREN = np.arange(60_000)
NOUGHT = np.zeros(len(CHILDREN), dtype=np.int64)
DRAWS = Draws(1, 0)


COMMON = {
    "1B": "alcohol_misuse_parent",
    "3B": "domestic_abuse_parent",
    "4B": "mental_health_parent",
    "16A": "neglect",
    "17A": "emotional_abuse",
    "20": "other",
    "24A": "child_criminal_exploitation",
}


def groups(weights: list[float]) -> np.ndarray:
    """Return a group for each child, in given shares."""
    return np.searchsorted(np.cumsum(np.array(weights) / sum(weights))[:-1], DRAWS.block("group", CHILDREN))


def off(found: float, published: float) -> float:
    """Return how many standard errors of a sample of this size a share is off."""
    return abs(found - published) / np.sqrt(published * (1 - published) / len(CHILDREN))


def test_disabilities_of_disabled_children_are_as_common_as_published_and_each_child_has_one() -> None:
    kinds, published = shares.disabilities(), profile("disability")
    row, code = kinds.draw_one_or_more(DRAWS, "disability", CHILDREN, NOUGHT, NOUGHT)
    assert len(np.unique(row)) == len(CHILDREN)
    assert len(np.unique(row * 100 + code)) == len(row)
    for place, name in enumerate(kinds.codes.tolist()):
        assert off((code == place).mean() * len(row) / len(CHILDREN), published[name.lower()]) < 5, name


def test_factors_are_as_common_as_published_over_all_categories_of_need() -> None:
    kinds, published = shares.factors(), profile("assessment_factor")
    demand = profile("demand_category")
    category = groups([demand[name] for name in NEED_CATEGORIES])
    _, code = kinds.draw_one_or_more(DRAWS, "factors", CHILDREN, NOUGHT, category)
    share = dict(zip(kinds.codes.tolist(), np.bincount(code, minlength=len(kinds.codes)) / len(CHILDREN), strict=True))
    assert set(share) < set(FACTORS)
    assert {"18A", "19A", "21"}.isdisjoint(share)
    for letters, name in COMMON.items():
        assert off(share[letters], published[name]) < 5, name
    physical = sum(published[f"physical_abuse_{who}"] for who in ("unknown", "child_on_child", "adult_on_child"))
    assert share["18B"] + share["18C"] == pytest.approx(physical, abs=0.006)


def test_factors_fit_the_category_of_need() -> None:
    kinds = shares.factors()
    chance = dict(zip(kinds.codes.tolist(), kinds.chances.T, strict=True))
    abuse, disability = NEED_CATEGORIES.index("domestic_abuse"), NEED_CATEGORIES.index("disability")
    assert chance["3B"][abuse] > 3 * chance["3B"][disability]
    assert chance["5A"][disability] > 3 * chance["5A"][abuse]


def test_primary_needs_are_as_common_as_published_where_categories_of_need_are_as_on_31_march() -> None:
    stock = {row.group: row.weight for row in shares.code_shares("need_category_31_march")}
    category = groups([stock[name] for name in NEED_CATEGORIES])
    found = shares.primary_needs().draw(category, DRAWS.block("need", CHILDREN))
    published = profile("primary_need")
    for code in PRIMARY_NEEDS:
        assert off((found == code).mean(), published[code.lower()]) < 5, code
    assert set(found[category == NEED_CATEGORIES.index("neglect")]) <= {"N1", "N5", "N7", "N0"}


def test_latest_categories_of_abuse_are_as_common_as_published_and_most_are_the_first() -> None:
    first, latest = profile("abuse_category_initial_31_march"), profile("abuse_category_latest_31_march")
    initial = groups([first[code.lower()] for code in ABUSE_CATEGORIES])
    found = shares.latest_categories().draw(initial, DRAWS.block("latest", CHILDREN))
    for code in ABUSE_CATEGORIES:
        assert off((found == code).mean(), latest[code.lower()]) < 5, code
    assert (found == np.array(ABUSE_CATEGORIES)[initial]).mean() > 0.95


def test_ethnicity_in_detail_is_as_common_as_published() -> None:
    broad = profile("cin_ethnicity")
    found = shares.ethnicities().draw(groups(list(broad.values())), DRAWS.block("ethnicity", CHILDREN))
    detail, known = profile("cin_ethnicity_detailed"), 1 - broad["unknown"]
    for code in ("WBRI", "MWBC", "APKN", "BAFR", "OOTH"):
        assert (found == code).mean() == pytest.approx(detail[code.lower()] * known, abs=0.008), code


def test_a_fitted_table_keeps_both_totals_and_what_cannot_be() -> None:
    table = shares.fitted(np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([0.6, 0.4]), np.array([0.3, 0.7]))
    assert table.sum(axis=1) == pytest.approx([0.6, 0.4])
    assert table.sum(axis=0) == pytest.approx([0.3, 0.7])
    assert table[1, 0] == 0.0
