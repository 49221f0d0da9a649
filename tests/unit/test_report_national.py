"""A run of many authorities: its page beside England's figures, and a figure of the regions in the place of a map."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyarrow import csv
from report_runs import RunMaker, resealed

from cinsim.errors import InputError
from cinsim.outcomes.national import NationalSums
from cinsim.reference.areas import ENGLAND_CODE, usable_authorities
from cinsim.report.areas import ranked_figures
from cinsim.report.effects import effects
from cinsim.report.folder import read_run
from cinsim.report.funnels import funnel_figures
from cinsim.report.html import write_report
from cinsim.report.regions import region_figures
from cinsim.report.style import house_style
from cinsim.report.suppression import grouped_rows
from cinsim.report.tables import group_tables
from cinsim.runs.gather import append_csv

pytestmark = pytest.mark.unit

SEXES = {"male": 0.51, "female": 0.49}
SMALLEST = sorted(usable_authorities(), key=lambda area: area.population_0_17)[:12]


def made(folder: Path, arms: int = 1, years: int = 2, how_many: int = 12) -> Path:
    """Write a made-up run of the smallest authorities, with what they come to together."""
    areas = [(area.area_code, area.area_name) for area in SMALLEST[:how_many]]
    RunMaker(arms=arms, years=years, replications=2, areas=areas).write(folder)
    sums = NationalSums()
    for code, rows in pd.read_csv(folder / "measures.csv").groupby("area_code", sort=False):
        sums.add(str(code), rows)
    append_csv(sums.frame(), folder / "national.csv")
    resealed(folder)
    return folder


def test_the_whole_area_of_a_run_of_many_authorities_is_of_all_children_not_the_mean_of_authorities(tmp_path: Path) -> None:
    run = read_run(made(tmp_path / "run", years=1))
    measures = pd.read_csv(tmp_path / "run" / "measures.csv")
    all_of_one = measures[(measures["group"] == "all") & (measures["replication"] == 0)]
    children = all_of_one[all_of_one["measure"] == "population_0_17"].set_index("area_code")["value"]
    rates = all_of_one[all_of_one["measure"] == "cpp_31_march_rate"].set_index("area_code")["value"]
    found = run.whole_area("cpp_31_march_rate").set_index("replication")["value"]
    assert found[0] == pytest.approx((rates * children).sum() / children.sum())
    assert found[0] != pytest.approx(rates.mean(), rel=0.001)
    assert len(run.areas) == 12
    assert ENGLAND_CODE not in set(run.areas["area_code"])


@pytest.mark.parametrize("block", [2_000, 1 << 20])
@pytest.mark.parametrize("arms", [1, 2])
def test_groups_of_several_authorities_are_those_of_all_their_children_whatever_the_size_of_a_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, arms: int
) -> None:
    folder = made(tmp_path / "run", arms=arms, years=1, how_many=3)
    table = pd.read_csv(folder / "measures.csv")
    rng = np.random.default_rng(5)
    children = table[(table["measure"] == "population_0_17") & (table["group"] == "all")]
    of_groups = [children.assign(group=f"sex={sex}", value=(children["value"] * share).round()) for sex, share in SEXES.items()]
    referred = table[(table["measure"] == "referrals") & table["group"].isin([f"sex={sex}" for sex in SEXES])]
    again = referred.assign(measure="re_referrals", value=(referred["value"] * rng.uniform(0.1, 0.3, len(referred))).round())
    pd.concat([table, *of_groups, again]).to_csv(folder / "measures.csv", index=False)
    resealed(folder)
    opened = csv.open_csv
    monkeypatch.setattr(csv, "open_csv", lambda path, **how: opened(path, read_options=csv.ReadOptions(block_size=block), **how))
    run = read_run(folder)
    rows = pd.concat([table, *of_groups, again])
    sums = rows[rows["scenario"] == "baseline"].groupby(["measure", "group", "replication"])["value"].sum()
    for group in ("sex=male", "sex=female"):
        found = grouped_rows(run, "baseline", 2025).loc[group]
        shares = sums["referrals", group] / sums["population_0_17", group]
        assert found["referral_rate"] == pytest.approx(10_000 * shares.mean())
        shares = sums["re_referrals", group] / sums["referrals", group]
        assert found["re_referral_percent"] == pytest.approx(100 * shares.mean())
    assert "ethnicity=white" not in {row[0].text for row in group_tables(run)[0].rows}
    assert len(group_tables(run)) == (1 if arms == 1 else len(grouped_rows(run, "baseline", 2025).columns))
    if arms == 2:
        other = grouped_rows(run, run.arms[1].name, 2025).loc["sex=male", "referral_rate"]
        before = grouped_rows(run, "baseline", 2025).loc["sex=male", "referral_rate"]
        (told,) = effects(run, "referral_rate", 2025, "sex=male")
        assert told.difference == pytest.approx(other - before)


def test_a_manifest_that_names_no_areas_is_refused(tmp_path: Path) -> None:
    folder = made(tmp_path / "run", years=1, how_many=3)
    resealed(folder, areas=[])
    with pytest.raises(InputError, match=r"manifest.json.*'areas': must not be empty"):
        read_run(folder)


def test_a_percentile_that_does_not_add_up_stays_the_mean_of_authorities(tmp_path: Path) -> None:
    run = read_run(made(tmp_path / "run", years=1, how_many=3))
    own = run.measures[(run.measures["measure"] == "caseload_p90") & (run.measures["group"] == "")]
    assert run.whole_area("caseload_p90")["value"].mean() == pytest.approx(own["value"].mean())
    assert ENGLAND_CODE not in set(own["area_code"])


def test_regions_funnels_and_ranks_are_drawn_with_words_and_stored_both_ways(tmp_path: Path) -> None:
    folder = made(tmp_path / "run")
    page = write_report(folder).read_text(encoding="utf-8")
    for name in ("regions_cin_plans_31_march_rate", "ranked_cin_plans_31_march_rate", "funnel_cpp_31_march"):
        assert f'id="figure-{name}"' in page
        assert {path.suffix for path in (folder / "figures").glob(f"{name}.*")} == {".png", ".svg"}
    assert "one for each of 6 regions" in page


@pytest.mark.parametrize(("arms", "years"), [(1, 1), (3, 4)])
def test_every_region_has_a_panel_on_one_scale_with_every_scenario(tmp_path: Path, arms: int, years: int) -> None:
    run = read_run(made(tmp_path / "run", arms=arms, years=years))
    with house_style():
        (drawing,) = region_figures(run)
        drawing.figure.draw_without_rendering()
    panels = [axes for axes in drawing.figure.axes if axes.get_visible()]
    names = [axes.get_title(loc="left") for axes in panels]
    assert names == ["North East", "North West", "East Midlands", "Inner London", "South East", "South West"]
    assert len({axes.get_ylim() for axes in panels}) == 1
    for axes in panels:
        assert axes.get_ylim()[1] >= max(max(line.get_ydata()) for line in axes.lines)
        marked = [line for line in axes.lines if line.get_marker() not in ("_", "", "None")]
        assert len(marked) == arms
    for arm in run.arms if arms > 1 else ():
        assert arm.label in drawing.alt
    assert "North East (4 of 12 authorities)" in drawing.alt


def test_few_authorities_have_no_figure_of_regions(tmp_path: Path) -> None:
    run = read_run(made(tmp_path / "run", years=1, how_many=2))
    assert region_figures(run) == []
    assert funnel_figures(run) == []
    assert ranked_figures(run) == []


def test_a_national_table_without_a_column_is_refused_with_the_file_named(tmp_path: Path) -> None:
    path = made(tmp_path / "run", years=1, how_many=3) / "national.csv"
    pd.read_csv(path).drop(columns="area_level").to_csv(path, index=False)
    resealed(path.parent)
    with pytest.raises(InputError, match="lacks the columns area_level"):
        read_run(path.parent)
