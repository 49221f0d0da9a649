"""Run folders made up for the tests of figures and page: the files of a finished run, with numbers near England's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from cinsim.outcomes.compare import differences
from cinsim.runs.manifest import write_manifest

AVERAGE = (("E92000001", "England (average authority)"),)
LEVELS = {
    "referral_rate": 521.0, "re_referral_percent": 21.9, "no_further_action_percent": 6.4, "not_in_need_percent": 29.8,
    "assessments_completed_rate": 529.0, "assessment_within_45_days_percent": 79.1, "assessment_days_p50": 33.0,
    "s47_rate": 183.0, "icpc_rate": 61.0, "icpc_within_15_days_percent": 81.0, "cin_plans_started_rate": 149.0,
    "cin_plans_31_march_rate": 84.0, "children_in_need_31_march_rate": 329.0, "cpp_started_rate": 52.4, "cpp_31_march_rate": 42.3,
    "cpp_second_or_subsequent_percent": 25.3, "cpp_reviews_on_time_percent": 91.0, "looked_after_31_march_rate": 69.8,
    "caseload_mean": 15.1, "caseload_median": 15.0, "caseload_p90": 20.4, "unallocated_children": 12.0,
    "cin_visits_on_time_percent": 83.2, "cin_not_visited_3_months_percent": 4.1, "cpp_visits_on_time_percent": 91.5,
    "worker_changes_per_child": 0.71, "re_referred_within_12_months_of_closure_percent": 19.3,
    "unmet_need_child_days_rate": 51894.0, "undetected_harm_child_days_rate": 4010.0,
}  # fmt: skip
# size of each measure's chance, as a share of its level
CHANCE = 0.012
EFFECTS = (
    {
        "cin_visits_on_time_percent": -0.11,
        "caseload_mean": 0.02,
        "unmet_need_child_days_rate": -0.03,
        "cin_plans_31_march_rate": -0.02,
    },
    {"cin_plans_31_march_rate": 0.09, "unmet_need_child_days_rate": -0.08, "caseload_mean": 0.06, "re_referral_percent": -0.01},
    {"caseload_mean": -0.12, "cin_visits_on_time_percent": 0.05, "worker_changes_per_child": 0.14, "cpp_31_march_rate": 0.0004},
    {"referral_rate": 0.05, "cpp_31_march_rate": 0.04},
)
QUESTION = "What does it do to visits, caseloads and re-referrals?"
SOURCES = {
    "referral_sources": (0.2, "official statistic", "DfE, Children in need 2024, table c5"),
    "help_per_visit": (0.03, "assumption", "No English effect size is published"),
    "hours_per_assessment": (0.18, "expert range", "Range of time studies"),
}
NAMES = ("baseline", "visits_four_weekly", "national_thresholds", "lead_practitioners", "demand_up")
TITLES = (
    "Today's practice in an average authority",
    "Visit every child on a CIN plan at least every four weeks",
    "Move thresholds half-way to a national set",
    "Lead practitioners who are not social workers for four plans in ten",
    "Referrals up by five per cent",
)


@dataclass(frozen=True)
class RunMaker:
    """What the made-up run consists of."""

    arms: int = 1
    replications: int = 12
    draws: int = 1
    years: int = 5
    areas: Sequence[tuple[str, str]] = AVERAGE
    events: bool = False
    extras: bool = False
    effects: bool = True

    def write(self, folder: Path) -> Path:
        """Write the run's files into a new folder and return it."""
        folder.mkdir(parents=True)
        measures = self._measures()
        measures.to_csv(folder / "measures.csv", index=False)
        if self.arms > 1:
            self._differences(measures).to_csv(folder / "differences.csv", index=False)
        if self.events:
            self._events().to_parquet(folder / "events.parquet")
        if self.extras:
            self._extras(folder)
        write_manifest(self._manifest(), folder)
        return folder

    @property
    def reported(self) -> range:
        return range(2025, 2025 + self.years)

    def _measures(self) -> pd.DataFrame:
        rng = np.random.default_rng(7)
        grid = pd.MultiIndex.from_product(
            [self.areas, self.reported, range(self.draws), range(self.replications), LEVELS],
            names=["area", "year", "draw", "replication", "measure"],
        ).to_frame(index=False)
        level = grid["measure"].map(LEVELS).to_numpy()
        sizes = dict(zip(self.areas, rng.lognormal(0, 0.3, len(self.areas)), strict=True))
        place = grid["area"].map(sizes)
        draw = rng.normal(0, 0.05, self.draws)[grid["draw"]] if self.draws > 1 else 0.0
        luck = rng.normal(0, CHANCE, len(grid))
        frames = []
        for arm in range(self.arms):
            shift = grid["measure"].map(EFFECTS[arm - 1]).fillna(0.0).to_numpy() if arm and self.effects else np.zeros(len(grid))
            own = rng.normal(0, CHANCE / 10, len(grid)) * (1 if arm and self.effects else 0) * (grid["measure"] != "icpc_rate")
            grown = np.minimum(1, (grid["year"] - 2024) / 3)
            value = (
                level
                * (place if len(self.areas) > 1 else 1.0)
                * (1 + luck + draw + shift * grown * (1 + 4 * np.asarray(draw)) + own)
            )
            frames.append(grid.assign(scenario=NAMES[arm], value=value.to_numpy(), group="all"))
        table = pd.concat(frames, ignore_index=True)
        counts = table[table["measure"].str.endswith("31_march_rate") | (table["measure"] == "referral_rate")].copy()
        children = [79_461.0] if len(self.areas) == 1 else rng.integers(15_000, 180_000, len(self.areas)).astype(float)
        living = counts["area"].map(dict(zip(self.areas, children, strict=True)))
        counts["value"] = (counts["value"] * living / 10_000).round()
        counts["measure"] = counts["measure"].str.removesuffix("_rate").replace("referral", "referrals")
        people = counts.assign(value=living)[counts["measure"] == "referrals"].assign(measure="population_0_17")
        table = pd.concat([table, people, counts, self._grouped(table), self._grouped(counts)], ignore_index=True)
        table["area_code"], table["area_name"] = table["area"].str[0], table["area"].str[1]
        return table[["scenario", "area_code", "area_name", "year", "draw", "replication", "measure", "group", "value"]]

    @staticmethod
    def _grouped(table: pd.DataFrame) -> pd.DataFrame:
        wanted = ("referral_rate", "re_referral_percent", "cin_plans_31_march_rate", "cpp_31_march_rate", "referrals",
                  "cin_plans_31_march", "cpp_31_march")  # fmt: skip
        shares = {"sex=male": 0.52, "sex=female": 0.48, "deprivation=1": 0.1, "deprivation=5": 0.37, "ethnicity=white": 0.7,
                  "ethnicity=asian": 0.004, "ethnicity=black": 0.19}  # fmt: skip
        rows = table[table["measure"].isin(wanted)]
        is_count = ~rows["measure"].str.endswith(("_rate", "_percent"))
        return pd.concat(
            [rows.assign(group=g, value=rows["value"].where(~is_count, (rows["value"] * s).round())) for g, s in shares.items()]
        )

    def _differences(self, measures: pd.DataFrame) -> pd.DataFrame:
        is_baseline = measures["scenario"] == "baseline"
        return differences(measures[is_baseline], measures[~is_baseline])

    def _manifest(self) -> dict[str, object]:
        scenarios = [
            {"name": NAMES[i], "title": TITLES[i], "question": QUESTION if i else "",
             "area": "England", "start": "2024-04-01", "years": self.years, "seed": 1, "replications": self.replications,
             "policies": {"cin_visits": {"interval": "20 working days"}} if i == 1 else {},
             "parameters": {"help_per_visit": 0.04} if i == 3 else {}}
            for i in range(self.arms)
        ]  # fmt: skip
        entry = {
            "unit": "log units",
            "low": 0.0,
            "high": 1.0,
            "status": "assumed",
            "description": "What it is, in a sentence of some length.",
        }
        return {
            "format": 2, "cinsim": "0.1.0", "command": "compare" if self.arms > 1 else "run", "scenario": scenarios[0],
            "scenarios": scenarios, "seed": 1,
            "parameters": [
                {"name": name, "value": value, "source": source, "evidence": evidence, **entry}
                for name, (value, evidence, source) in SOURCES.items()
            ],
            "parameter_sets": {
                NAMES[i]: [
                    {name: value for name, (value, *_) in SOURCES.items()} | {"help_per_visit": 0.03 + 0.001 * draw}
                    for draw in range(self.draws)
                ]
                for i in range(self.arms)
            },
            "areas": [{"area_code": code, "area_name": name} for code, name in self.areas],
            "warm_up": {"years": 4, "from": "2020-04-01", "to": "2024-04-01"},
            "versions": {"python": "3.11.2", "numpy": "2.4.0"}, "code_version": "0f" * 16,
            "git": {"commit": "a" * 40, "changed": False},
            "tasks": {
                "total": 12, "computed_now": 12, "keys": ["k" * 32] * 400, "keys_with_events": [], "runs_with_events": [],
            },
            "national": None, "sampling": None, "initial_state": None, "data": {}, "wall_time_seconds": 42.17,
            "checks": {"children_conserved": {"passed": 12, "failed": 0, "first_failure": None}},
            "cost": {"wall_seconds": 42.17, "task_seconds": 80.0, "events": 1234567, "peak_memory_mb": 512.0},
        }  # fmt: skip

    def _events(self) -> pd.DataFrame:
        rng = np.random.default_rng(11)
        frames = []
        for arm in range(self.arms):
            for run in range(2):
                frames.append(
                    _one_record(rng, self.reported, self.areas[0][0]).assign(run=run * self.arms + arm, scenario=NAMES[arm])
                )
        table = pd.concat(frames, ignore_index=True)
        for column in ("event", "scenario", "area_code"):
            table[column] = table[column].astype("category")
        return table

    def _extras(self, folder: Path) -> None:
        parts = ["visits_four_weekly", "national_thresholds", "lead_practitioners", "interaction"]
        frame = pd.DataFrame({"part": parts, "contribution": [6.1, -9.4, -2.0, 0.8], "measure": "cin_plans_31_march_rate"})
        frame["lower"], frame["upper"] = frame["contribution"] - 1, frame["contribution"] + 1
        frame.to_csv(folder / "contributions.csv", index=False)
        rng = np.random.default_rng(5)
        kinds = ["cin_plan_started", "cin_plan_ended", "referral", "closed", "section_47_started"]
        pieces = []
        for arm in range(1, self.arms):
            n = 300 * arm
            piece = pd.DataFrame({"child": np.arange(n), "first_different": rng.choice(kinds, n, p=[0.4, 0.3, 0.1, 0.1, 0.1])})
            for name in ("referrals", "episodes_of_need", "cin_plans", "cp_plans", "looked_after"):
                piece[f"baseline_{name}"] = rng.poisson(1.0, n)
                piece[f"scenario_{name}"] = np.maximum(0, piece[f"baseline_{name}"] + rng.integers(-1, 2, n))
            pieces.append(piece.assign(scenario=NAMES[arm], replication=0))
        if pieces:
            pd.concat(pieces, ignore_index=True).to_parquet(folder / "children_changed.parquet")


def resealed(folder: Path, **keys: object) -> None:
    """Write a run's manifest anew with some keys changed, as a run would have written it with the tables that are there."""
    manifest = {**json.loads((folder / "manifest.json").read_text(encoding="utf-8")), **keys}
    write_manifest({**manifest, "scenario": manifest["scenarios"][0]}, folder)


def _one_record(rng: np.random.Generator, years: range, area: str) -> pd.DataFrame:
    """Return made-up events of 6,000 children: referrals, assessments due in 45 days, plans, and who holds the case."""
    n = 6000
    first = date(years[0] - 1, 4, 1)
    child = np.arange(n)
    referred = np.sort(rng.uniform(-400, 253 * len(years), n))
    days = np.where(rng.uniform(size=n) < 0.55, rng.integers(0, 46, n), rng.triangular(25, 44, 62, n).astype(int))
    plan = rng.uniform(size=n) < 0.35
    ended = referred + days + rng.exponential(120, n)
    holder = rng.integers(0, 60, n)
    assessed = referred + days
    over = np.where(plan, ended, assessed)
    pieces = [
        ("referral", referred, child, None), ("assessment_started", referred, child, None),
        ("allocated", referred + 0.01, child, holder), ("assessment_completed", assessed, child, holder),
        ("cin_plan_started", assessed[plan], child[plan], None), ("cin_plan_ended", ended[plan], child[plan], None),
        ("released", over, child, holder), ("closed", over + 0.5, child, None),
    ]  # fmt: skip
    table = pd.concat(
        [
            pd.DataFrame(
                {
                    "event": event,
                    "time": time,
                    "entity_id": who,
                    "resource_id": pd.array(by if by is not None else [None] * len(who), dtype="Int32"),
                }
            )
            for event, time, who, by in pieces
        ],
        ignore_index=True,
    ).sort_values("time", kind="stable")
    table = table[table["time"] < 253 * len(years)]
    table["date"] = [first + timedelta(days=int(t * 365.25 / 253)) for t in table["time"]]
    return table.assign(area_code=area, episode=1, event_type="pathway")
