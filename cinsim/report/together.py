"""Groups of children of several authorities: their counts added up, and rates and shares of the sums."""

from __future__ import annotations

from typing import Final

import pandas as pd
import pyarrow as pa
from pyarrow import compute

from cinsim.outcomes.definitions import MEASURES
from cinsim.outcomes.national import WHOLES
from cinsim.reference.areas import ENGLAND_CODE
from cinsim.report.labels import GROUPED

_RUN: Final = ("scenario", "year", "draw", "replication", "group")
# what each measure shown by group counts; what it is a share of is with the measures of regions and England
COUNTS: Final = {**GROUPED, "re_referral_percent": "re_referrals"}
NEEDED: Final = frozenset(COUNTS.values()) | {whole for measure in GROUPED for whole in WHOLES[measure]}
_PER: Final = {"rate": 10_000.0, "percent": 100.0}


class GroupSums:
    """Adds groups up over authorities, a piece of ``measures.csv`` at a time; England's average authority is none of them."""

    def __init__(self) -> None:
        self._sums: pa.Table | None = None

    def add(self, piece: pa.RecordBatch) -> None:
        """Add the rows of a piece that are of a group and needed."""
        of_group = compute.invert(is_whole(piece))
        wanted = compute.and_(of_group, compute.is_in(piece["measure"], value_set=pa.array(sorted(NEEDED))))
        wanted = compute.and_(wanted, compute.not_equal(piece["area_code"], ENGLAND_CODE))
        kept = pa.Table.from_batches([piece.filter(wanted)]).select([*_RUN, "measure", "value"])
        if kept.num_rows:
            self._sums = _added(kept if self._sums is None else pa.concat_tables([self._sums, kept]))

    def frame(self, area_name: str) -> pd.DataFrame:
        """Return rows of ``measures.csv`` of all authorities together: counts as simulated, and what is shown by group."""
        if self._sums is None:
            return pd.DataFrame()
        counts = self._sums.to_pandas().pivot(index=list(_RUN), columns="measure", values="value")
        wide = counts.copy()
        for measure, count in COUNTS.items():
            if {count, *WHOLES[measure]} <= set(counts.columns):
                whole = counts[list(WHOLES[measure])].sum(axis=1, skipna=False)
                wide[measure] = _PER[MEASURES[measure].kind] * counts[count] / whole.mask(whole == 0)
        rows = wide.melt(ignore_index=False, var_name="measure", value_name="value").reset_index()
        return rows.assign(area_code=ENGLAND_CODE, area_name=area_name)


def is_whole(piece: pa.RecordBatch) -> pa.Array:
    """Return which rows are of all children."""
    return compute.is_in(piece["group"], value_set=pa.array(["all", "", None], pa.string()))


def _added(rows: pa.Table) -> pa.Table:
    sums = rows.group_by([*_RUN, "measure"]).aggregate([("value", "sum")])
    return sums.rename_columns(["value" if name == "value_sum" else name for name in sums.column_names])
