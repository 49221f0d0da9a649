"""The children open on the census date, from a return, as a caseload to start a run from.

A return does not say who is looked after, or which open episode without a plan is what. It is read so: whoever is 18 is a
care leaver; a child protection plan, a CIN plan or a first assessment that is open decides; a disabled child whose need is
its disability, open for more than some weeks after its last assessment, has services without a plan; of the rest, those who
came off a plan in the year, were enquired into without a conference, or are open for more than those weeks are looked after;
what remains is short help.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cinsim.census.codes import PRIMARY_NEEDS
from cinsim.census.findings import FEW, LEFT_OUT_AT_MOST
from cinsim.census.received import received
from cinsim.census.returns import CensusReturn
from cinsim.census.shares import code_shares, primary_needs
from cinsim.engine.draws import Draws
from cinsim.errors import InputError
from cinsim.population.caseload import InitialCaseload, OpenStage
from cinsim.reference.areas import Area
from cinsim.reference.events import Detail
from cinsim.reference.parameters import NEED_CATEGORIES

KEYS: Final = ["LAchildID", "CINdetailsID"]
SHORT_HELP_AT_MOST: Final = 63
"""Days after its last assessment or plan from which an open child without a plan is not taken to have short help."""
LONG_ASSESSMENT: Final = 182
NOT_YET_BEGUN: Final = 14
"""Days after the referral by which an assessment has begun."""
TELLING: Final = ("Assessments", "CINplanDates", "Section47", "ChildProtectionPlans")
"""Tables without which it cannot be told where an open child stands."""
ETHNIC_GROUPS: Final = ("white", "mixed", "asian", "black", "other", "unknown")


def caseload_from(path: Path, area: Area) -> InitialCaseload:
    """Return the caseload of a return's file or folder of tables.

    Parameters
    ----------
    area : the authority to be simulated, which must be the return's unless the return is of none.

    Raises
    ------
    InputError : it cannot be read or used, is another authority's, lacks a table of plans, assessments or enquiries, or has
        no open child.
    """
    held = received(path)
    if held.place is not None and held.place.area_code != area.area_code:
        raise InputError(
            f"is the return of {held.name}, and {area.area_name} is simulated; name the same area", path=path, key="initial_state"
        )
    if held.place is None:
        held = held.taken_as(area, path)
    lacking = [why for name, why in held.raw.lacking.items() if name in TELLING]
    if lacking:
        raise InputError(f"{'; '.join(lacking)}: it cannot be told where the open children stand", path=path, key="initial_state")
    try:
        return replace(caseload_of(held.census), told=(*held.told, *_without_birth(held.census)))
    except InputError as error:
        raise InputError(error.message, path=path, key=error.key) from error


def _open(census: CensusReturn) -> pd.DataFrame:
    """Return the episodes open on the census date, one a child, with the child's date of birth or the expected one."""
    details = census["CINdetails"]
    rows = details[details["CINclosureDate"].isna() & (details["ReferralNFA"] != "1")]
    rows = rows.drop_duplicates("LAchildID", keep="last").reset_index(drop=True)
    who = census["ChildIdentifiers"].set_index("LAchildID").loc[rows["LAchildID"]]
    return rows.assign(
        birth=np.asarray(who["PersonBirthDate"].fillna(who["ExpectedPersonBirthDate"])), sex=np.asarray(who["Sex"])
    )


def _without_birth(census: CensusReturn) -> tuple[str, ...]:
    """Return in words how many open children cannot be taken over, as their date of birth is not known.

    Raises
    ------
    InputError : they are too many.
    """
    rows = _open(census)
    unborn = int(rows["birth"].isna().sum())
    if not unborn:
        return ()
    said = f"{unborn:,} of {len(rows):,} open children have no date of birth, nor an expected one"
    if unborn > FEW and unborn > LEFT_OUT_AT_MOST * len(rows):
        raise InputError(f"{said}; at most {LEFT_OUT_AT_MOST:.0%} may be left out", key="initial_state")
    return (f"{said}, and are left out",)


def caseload_of(census: CensusReturn) -> InitialCaseload:
    """Return the children open on the census date; see :func:`caseload_from`.

    Raises
    ------
    InputError : no child is open on it.
    """
    rows = _open(census)
    rows = rows[rows["birth"].notna()].reset_index(drop=True)
    birth = rows["birth"]
    if not len(rows):
        raise InputError("the return has no child open on the census date whose date of birth is known", key="initial_state")
    on = np.datetime64(census.reference_date)
    stage, since = _Stages(census, rows, np.asarray(birth, dtype="datetime64[D]")).found()
    ethnicity = census["ChildCharacteristics"].drop_duplicates("LAchildID").set_index("LAchildID")["Ethnicity"]
    groups = {row.code: ETHNIC_GROUPS.index(row.group) for row in code_shares("ethnicity")}
    disabled = census["Disabilities"].query("Disability not in ('NONE', '')")["LAchildID"]
    sources = {row.code: getattr(Detail, row.group.upper()) for row in code_shares("referral_source")}
    return InitialCaseload(
        on=on,
        birth=np.asarray(birth, dtype="datetime64[D]"),
        sex=np.asarray(rows["sex"].map({"M": 0, "F": 1}).fillna(-1), dtype=np.int8),
        ethnicity=np.asarray(rows["LAchildID"].map(ethnicity).map(groups).fillna(len(ETHNIC_GROUPS) - 1), dtype=np.int8),
        disabled=np.asarray(rows["LAchildID"].isin(disabled)),
        need_category=_need_categories(rows["PrimaryNeedCode"]),
        stage=stage,
        referred=_days(rows["CINreferralDate"]),
        since=since,
        source=np.asarray(rows["ReferralSource"].map(sources).fillna(int(Detail.UNKNOWN)), dtype=np.int16),
        previous_cpps=_previous_plans(census, rows),
        assessed_since=_open_since(rows, census["Assessments"], "AssessmentActualStartDate", "AssessmentAuthorisationDate"),
        enquired_since=_open_since(
            rows, census["Section47"].query("ICPCnotRequired != '1'"), "S47ActualStartDate", "DateOfInitialCPC"
        ),
    )


def _days(dates: Any) -> NDArray[np.datetime64]:
    return np.asarray(dates, dtype="datetime64[D]")


def _beside(rows: pd.DataFrame, values: pd.Series) -> pd.Series:
    """Return for each episode the value of a series indexed by episode, missing where there is none."""
    found = values.reindex(pd.MultiIndex.from_frame(rows[KEYS]))
    return pd.Series(found.to_numpy(), index=rows.index)


def _open_since(rows: pd.DataFrame, table: pd.DataFrame, start: str, end: str) -> NDArray[np.datetime64]:
    """Return for each episode the start of its last spell without an end, NaT for none."""
    running = table[table[end].isna()].groupby(KEYS)[start].max()
    return _days(_beside(rows, running))


def _previous_plans(census: CensusReturn, rows: pd.DataFrame) -> NDArray[np.int16]:
    """Return the child protection plans a child had before the one that is open (or in all, where none is)."""
    plans = census["ChildProtectionPlans"]
    before = plans["NumberOfPreviousCPP"].clip(lower=0) + plans["CPPendDate"].notna()
    most = before.groupby(plans["LAchildID"]).max()
    return np.asarray(rows["LAchildID"].map(most).fillna(0), dtype=np.int16)


def _need_categories(codes: pd.Series) -> NDArray[np.int8]:
    """Return a category of need for each primary need code, drawn as the categories share in the code."""
    kinds = primary_needs()
    share = np.diff(kinds.cumulative, prepend=0.0, axis=1)
    stock = {row.group: row.weight for row in code_shares("need_category_31_march")}
    joint = share * np.array([stock[name] for name in NEED_CATEGORIES])[:, None]
    given = np.cumsum(joint / joint.sum(axis=0), axis=0).T  # [code, category]
    code = np.array([PRIMARY_NEEDS.index(c) if c in PRIMARY_NEEDS else len(PRIMARY_NEEDS) - 1 for c in codes])
    u = Draws(0, 0).block("category of a returned need", np.arange(len(codes)))
    return np.minimum((u[:, None] >= given[code]).sum(axis=1), len(NEED_CATEGORIES) - 1).astype(np.int8)


_PLANS: Final = (
    (OpenStage.CHILD_PROTECTION, "ChildProtectionPlans", "CPPstartDate", "CPPendDate"),
    (OpenStage.CHILD_IN_NEED, "CINplanDates", "CINPlanStartDate", "CINPlanEndDate"),
)


class _Stages:
    """Tells from a return where each open child stands, and since when."""

    def __init__(self, census: CensusReturn, rows: pd.DataFrame, birth: NDArray[np.datetime64]):
        self.census, self.rows = census, rows
        self.on = np.datetime64(census.reference_date)
        self.birth = birth
        self.referred = _days(rows["CINreferralDate"])
        self.stage = np.full(len(rows), -1, dtype=np.int8)
        self.since = self.referred.copy()

    def take(self, kind: OpenStage, chosen: NDArray[np.bool_], since: NDArray[np.datetime64] | None = None) -> None:
        """Put those chosen who have no stage yet into one."""
        new = chosen & (self.stage < 0)
        self.stage[new] = kind
        if since is not None:
            self.since[new] = np.where(np.isnat(since[new]), self.since[new], since[new])

    def found(self) -> tuple[NDArray[np.int8], NDArray[np.datetime64]]:
        """Return every child's stage and since when it stands there."""
        c, rows = self.census, self.rows
        eighteenth = (self.birth.astype("datetime64[M]") + 216).astype("datetime64[D]")
        self.take(OpenStage.CARE_LEAVER, eighteenth <= self.on, eighteenth)
        for kind, table, start, end in _PLANS:
            since = _open_since(rows, c[table], start, end)
            self.take(kind, ~np.isnat(since), since)
        ended = np.fmax(*(_days(_beside(rows, c[table].groupby(KEYS)[end].max())) for _, table, _, end in _PLANS))
        done = _days(_beside(rows, c["Assessments"].groupby(KEYS)["AssessmentAuthorisationDate"].max()))
        begun = _open_since(rows, c["Assessments"], "AssessmentActualStartDate", "AssessmentAuthorisationDate")
        first = np.isnat(done) & np.isnat(ended) & ~self.longer_than(LONG_ASSESSMENT, self.referred)
        self.take(OpenStage.ASSESSMENT, first & (~np.isnat(begun) | ~self.longer_than(NOT_YET_BEGUN, self.referred)))
        last = np.fmax(np.fmax(ended, done), self.referred)
        quiet = self.longer_than(SHORT_HELP_AT_MOST, last)
        self.take(OpenStage.DISABILITY_SERVICE, self.disabled() & quiet & np.isnat(ended), last)
        self.take(OpenStage.LOOKED_AFTER, ~np.isnat(ended) | quiet, last)
        self.take(OpenStage.LOOKED_AFTER, self.enquired_without_conference(), last)
        self.take(OpenStage.SHORT_HELP, self.stage < 0, done)
        return self.stage, np.minimum(self.since, self.on)

    def longer_than(self, days: int, since: NDArray[np.datetime64]) -> NDArray[np.bool_]:
        """Return where more days have gone by on the census date."""
        return self.on - since > np.timedelta64(days, "D")

    def disabled(self) -> NDArray[np.bool_]:
        """Return which children have a disability as their primary need."""
        with_one = self.census["Disabilities"].query("Disability not in ('NONE', '')")["LAchildID"]
        return np.asarray((self.rows["PrimaryNeedCode"] == "N2") & self.rows["LAchildID"].isin(with_one))

    def enquired_without_conference(self) -> NDArray[np.bool_]:
        """Return which episodes had an enquiry that led to no conference."""
        ended = self.census["Section47"].query("ICPCnotRequired == '1'").groupby(KEYS).size()
        return np.asarray(_beside(self.rows, ended).notna())
