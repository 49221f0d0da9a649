"""Collects measures over the full grid of years and groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cinsim.outcomes.dates import DURATION_BANDS, Dates, Times, Years, duration_band
from cinsim.outcomes.groups import GROUP_LABELS, Groups, percent, ratio
from cinsim.outcomes.rows import Ints

Values = NDArray[np.float64]


class Tally:
    """Measures of one replication as they are worked out, and the counts that most of them share.

    Attributes
    ----------
    years, groups
        The reporting years and the groups in which children are counted.
    """

    def __init__(self, years: Years, groups: Groups):
        self.years, self.groups = years, groups
        self._parts: list[tuple[str, tuple[str, ...], Values]] = []
        self._of_all: dict[str, Values] = {}

    def add(self, measure: str, values: Values, labels: Sequence[str] | None = None) -> Values:
        """Store a measure's values, [years] for all children or [years, groups]; return them.

        ``labels`` names the groups where they are not those of :data:`GROUP_LABELS`.
        """
        table = np.asarray(values, dtype=np.float64)
        if table.ndim == 1:
            table = table[:, None]
            labels = labels or ("all",)
        self._parts.append((measure, tuple(labels or GROUP_LABELS), table))
        if (labels or GROUP_LABELS)[0] == "all":
            self._of_all[measure] = table[:, 0]
        return values

    def of_all(self, measure: str) -> Values:
        """Return a stored measure's values for all children by year."""
        return self._of_all[measure]

    def add_rate(self, measure: str, counts: Values) -> None:
        """Store a count by group as a rate per 10,000 children aged 0 to 17 of that group at mid-year."""
        self.add(measure, 10_000.0 * ratio(counts, self.groups.children))

    def add_count_and_rate(self, measure: str, counts: Values) -> Values:
        """Store a count by group and its rate, ``<measure>_rate``; return the count."""
        self.add(measure, counts)
        self.add_rate(f"{measure}_rate", counts)
        return counts

    def in_year(self, time: Times, child: Ints, on: Dates, kept: NDArray[np.bool_] | None = None) -> Values:
        """Count events by the year of their time and by group, each child's age that on the date ``on``."""
        year = self.years.index_of(time)
        return self.groups.counts(year if kept is None else np.where(kept, year, -1), child, on)

    def open_at_year_end(self, start: Times, end: Times) -> tuple[Ints, Ints]:
        """Return year index and row of every spell open on 31 March."""
        year, row = np.nonzero((start[None, :] < self.years.ends[:, None]) & (end[None, :] >= self.years.ends[:, None]))
        return year, row

    def add_duration_bands(self, measure: str, year: Ints, start: Dates, end: Dates) -> None:
        """Store the percentage of spells in each of DfE's duration bands, one measure a band."""
        kept = year >= 0
        band = duration_band(start[kept], end[kept])
        n = len(DURATION_BANDS)
        counts = np.bincount(year[kept] * n + band, minlength=len(self.years) * n).reshape(len(self.years), n).astype(np.float64)
        shares = percent(counts, counts.sum(axis=1, keepdims=True))
        for index, name in enumerate(DURATION_BANDS):
            self.add(f"{measure}_{name}_percent", shares[:, index])

    def by_code(self, year: Ints, code: Ints, codes: Sequence[int]) -> Values:
        """Count rows by year and by one of some codes, as [years, codes]."""
        wanted = np.asarray(codes)
        out = np.zeros((len(self.years), len(wanted)))
        kept = year >= 0
        for index, value in enumerate(wanted):
            out[:, index] = np.bincount(year[kept & (code == value)], minlength=len(self.years))
        return out

    def quartiles(self, year: Ints, values: Values, shares: Sequence[float] = (0.25, 0.5, 0.75)) -> Values:
        """Return quantiles by year as [years, shares]: the smallest value that at least that share does not exceed."""
        out = np.full((len(self.years), len(shares)), np.nan)
        for index in range(len(self.years)):
            ordered = np.sort(values[year == index])
            if len(ordered):
                out[index] = ordered[np.maximum(np.ceil(np.asarray(shares) * len(ordered)).astype(np.int64) - 1, 0)]
        return out

    def frame(self) -> pd.DataFrame:
        """Return all measures with columns year, measure, group, value, in the order in which they were added."""
        if not self._parts:
            return pd.DataFrame({"year": [], "measure": [], "group": [], "value": []})
        names, labels, values = zip(*self._parts, strict=True)
        n_years = len(self.years)
        sizes = np.array([len(part) * n_years for part in labels])
        group_names, group_code = np.unique(np.concatenate([np.tile(part, n_years) for part in labels]), return_inverse=True)
        return pd.DataFrame(
            {
                "year": np.concatenate([np.repeat(self.years.years, len(part)) for part in labels]),
                "measure": pd.array(names, dtype="str").take(np.repeat(np.arange(len(names)), sizes)),
                "group": pd.array(group_names.tolist(), dtype="str").take(group_code),
                "value": np.concatenate([part.ravel() for part in values]),
            }
        )


def add_conversions(tally: Tally) -> None:
    """Add how many of one thing there are to another in the year."""
    for name, part, whole in (
        ("assessments_per_referral", "assessments_completed", "referrals"),
        ("s47_per_referral", "s47", "referrals"),
    ):
        tally.add(name, ratio(tally.of_all(part), tally.of_all(whole)))
    for name, part, whole in (("icpc_per_s47_percent", "icpc", "s47"), ("cpp_started_per_icpc_percent", "cpp_started", "icpc")):
        tally.add(name, percent(tally.of_all(part), tally.of_all(whole)))
