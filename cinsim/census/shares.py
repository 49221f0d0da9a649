"""How likely each census code is, given what the simulation knows: the published tables, split where they are coarser.

``code_shares.csv`` says how a published group is split into codes and how codes hang together with the category of need;
the levels come from the published profiles (:func:`cinsim.reference.figures.profile`), to which everything is fitted.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cinsim.census.codes import ABUSE_CATEGORIES, DISABILITIES, PRIMARY_NEEDS
from cinsim.engine.draws import Draws
from cinsim.reference.figures import profile
from cinsim.reference.parameters import NEED_CATEGORIES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ROUNDS = 200
CERTAIN = 0.95  # no factor is made more likely than this for any one category of need


class CodeShare(NamedTuple):
    """One row of ``code_shares.csv``."""

    group: str
    code: str
    published: str
    weight: float


class Codes(NamedTuple):
    """Codes and their cumulative shares, a row a group."""

    codes: NDArray[np.str_]
    cumulative: Floats

    def draw(self, group: Ints, u: Floats) -> NDArray[np.str_]:
        """Return the code in which each uniform falls, by group."""
        place = (u[:, None] >= self.cumulative[group]).sum(axis=1)
        return self.codes[np.minimum(place, len(self.codes) - 1)]


@cache
def code_shares(kind: str) -> tuple[CodeShare, ...]:
    """Return the rows of one kind of ``code_shares.csv``, in the file's order."""
    text = files("cinsim.census").joinpath("code_shares.csv").read_text(encoding="utf-8")
    rows = (row for row in csv.DictReader(text.splitlines()) if row["kind"] == kind)
    return tuple(CodeShare(row["group"], row["code"], row["published"], float(row["weight"])) for row in rows)


def _codes(codes: list[str], shares: Floats) -> Codes:
    return Codes(np.array(codes), np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1))


def _split(kind: str, levels: dict[str, float] | None = None) -> Codes:
    """Return the codes of each group with their shares within it; ``levels`` are the published shares weights refer to."""
    rows = code_shares(kind)
    groups, codes = list(dict.fromkeys(r.group for r in rows)), list(dict.fromkeys(r.code for r in rows))
    shares = np.zeros((len(groups), len(codes)))
    for row in rows:
        level = levels[row.published] if levels is not None and row.published else 1.0
        shares[groups.index(row.group), codes.index(row.code)] += row.weight * level
    return _codes(codes, shares)


@cache
def referral_sources() -> Codes:
    """Return codes of ``ReferralSource`` by source of referral, in the order of :class:`Detail`."""
    return _split("referral_source")


@cache
def ethnicities() -> Codes:
    """Return codes of ``Ethnicity`` by broad group: White, Mixed, Asian, Black, Other, unknown."""
    return _split("ethnicity", profile("cin_ethnicity_detailed"))


def fitted(weights: Floats, rows: Floats, columns: Floats) -> Floats:
    """Return the table nearest in pattern to ``weights`` with given row and column totals (iterative proportional fitting)."""
    table = weights.copy()
    for _ in range(ROUNDS):
        table *= (columns / table.sum(axis=0))[None, :]
        table *= (rows / table.sum(axis=1))[:, None]
    return table


@cache
def primary_needs() -> Codes:
    """Return codes of ``PrimaryNeedCode`` by category of need, fitted to the published shares on 31 March."""
    weights = np.zeros((len(NEED_CATEGORIES), len(PRIMARY_NEEDS)))
    for row in code_shares("primary_need"):
        weights[NEED_CATEGORIES.index(row.group), PRIMARY_NEEDS.index(row.code)] = row.weight
    stock = np.zeros(len(NEED_CATEGORIES))
    for row in code_shares("need_category_31_march"):
        stock[NEED_CATEGORIES.index(row.group)] = row.weight
    published = profile("primary_need")
    columns = np.array([published[code.lower()] for code in PRIMARY_NEEDS])
    return _codes(list(PRIMARY_NEEDS), fitted(weights, stock / stock.sum(), columns / columns.sum()))


class SeveralCodes(NamedTuple):
    """Codes of which one or more apply: the chance of each in an independent draw, a row a group, repeated until one applies."""

    codes: NDArray[np.str_]
    chances: Floats

    def draw(self, draws: Draws, decision: str, entities: Ints, occurrence: Ints, group: Ints) -> tuple[Ints, Ints]:
        """Return (row, index of code) pairs in order; a row to which none applies at the first draw has none."""
        chances = self.chances[group]
        u = draws.block(decision, entities[:, None], occurrence[:, None] * OCCURRENCES + np.arange(len(self.codes))[None, :])
        row, code = np.nonzero(u < chances)
        return row, code

    def draw_one_or_more(self, draws: Draws, decision: str, entities: Ints, occurrence: Ints, group: Ints) -> tuple[Ints, Ints]:
        """Return (row, index of code) pairs in order, at least one a row."""
        rows, codes = [], []
        left = np.arange(len(entities))
        for attempt in range(ATTEMPTS):
            row, code = self.draw(draws, decision, entities[left], occurrence[left] * ATTEMPTS + attempt, group[left])
            rows.append(left[row])
            codes.append(code)
            left = np.setdiff1d(left, left[row], assume_unique=False)
            if not len(left):
                break
        rows.append(left)  # as good as never: the most likely code
        codes.append(self.chances[group[left]].argmax(axis=1) if len(left) else left)
        row, code = np.concatenate(rows), np.concatenate(codes)
        order = np.lexsort((code, row))
        return row[order], code[order]


OCCURRENCES = 64  # numbers set apart for the codes of one draw
ATTEMPTS = 256


def one_or_more(codes: list[str], shares: Floats, tilt: Floats, rows: Floats) -> SeveralCodes:
    """Return chances that give the published shares among rows to which at least one code applies.

    Parameters
    ----------
    shares : of each code among all rows with a code; several may apply to one row.
    tilt : [groups, codes] how many times as likely a code is in a group. rows : share of rows in each group.
    """
    level = shares.copy()
    for _ in range(ROUNDS):
        chances = np.minimum(level[None, :] * tilt, CERTAIN)
        some = 1.0 - np.prod(1.0 - chances, axis=1)
        level *= shares / (rows[:, None] * chances / some[:, None]).sum(axis=0)
    return SeveralCodes(np.array(codes), np.minimum(level[None, :] * tilt, CERTAIN))


@cache
def disabilities() -> SeveralCodes:
    """Return codes of ``Disability`` of children with a recorded disability (one group)."""
    codes = [code for code in DISABILITIES if code != "NONE"]
    published = profile("disability")
    shares = np.array([published[code.lower()] for code in codes])
    return one_or_more(codes, shares, np.ones((1, len(codes))), np.ones(1))


@cache
def factors() -> SeveralCodes:
    """Return codes of ``AssessmentFactors`` by category of need."""
    published = profile("assessment_factor")
    rows = code_shares("factor")
    codes = list(dict.fromkeys(row.code for row in rows))
    of_group: dict[str, float] = {}
    for row in rows:
        of_group[row.group] = of_group.get(row.group, 0.0) + row.weight * (published[row.published] if row.published else 1.0)
    shares, tilt = np.zeros(len(codes)), np.ones((len(NEED_CATEGORIES), len(codes)))
    likelier = {(row.group, row.code): row.weight for row in code_shares("factor_tilt")}
    for row in rows:
        part = row.weight * (published[row.published] if row.published else 1.0) / of_group[row.group]
        shares[codes.index(row.code)] += published[row.group] * part
        for place, category in enumerate(NEED_CATEGORIES):
            times = likelier.get((category, row.group), 1.0)
            tilt[place, codes.index(row.code)] = max(tilt[place, codes.index(row.code)], times)
    demand = profile("demand_category")
    return one_or_more(codes, shares, tilt, np.array([demand[category] for category in NEED_CATEGORIES]))


@cache
def latest_categories() -> Codes:
    """Return codes of ``LatestCategoryOfAbuse`` by ``InitialCategoryOfAbuse``: as few changes as the published shares need."""
    initial, latest = profile("abuse_category_initial_31_march"), profile("abuse_category_latest_31_march")
    before = np.array([initial[code.lower()] for code in ABUSE_CATEGORIES])
    after = np.array([latest[code.lower()] for code in ABUSE_CATEGORIES])
    leaving, joining = np.maximum(before - after, 0.0), np.maximum(after - before, 0.0)
    table = np.diag(before - leaving) + np.outer(leaving, joining / joining.sum())
    return _codes(list(ABUSE_CATEGORIES), table)
