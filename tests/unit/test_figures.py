"""Figures: all of a run's scenarios are in them, the same folder gives the same bytes, and what is missing is left out."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from report_runs import AVERAGE, NAMES, RunMaker, resealed

from cinsim.outcomes.summary import summarise
from cinsim.report import record_series
from cinsim.report.areas import ranked_figures
from cinsim.report.children import children_figures
from cinsim.report.comparisons import waterfall_figures
from cinsim.report.figures import figures_of
from cinsim.report.folder import read_run
from cinsim.report.funnels import funnel_figures
from cinsim.report.html import write_report
from cinsim.report.record_series import assessment_days, cases_per_worker, monthly_stocks
from cinsim.report.stocks import bands, stocks_figure
from cinsim.report.style import FigureFile, house_style


def write_figures(folder: Path) -> list[FigureFile]:
    drawn = folder.parent / f"{folder.name}-figures"
    shutil.rmtree(drawn, ignore_errors=True)
    return figures_of(read_run(folder), drawn)


pytestmark = pytest.mark.unit


def test_a_run_with_its_record_gives_stocks_caseloads_and_assessment_days_as_png_and_svg(tmp_path: Path) -> None:
    folder = RunMaker(events=True, years=2).write(tmp_path / "run")
    files = write_figures(folder)
    assert [f.name for f in files] == ["stocks", "caseload", "assessment_days"]
    for file in files:
        assert file.png.read_bytes().startswith(b"\x89PNG")
        assert b"<svg" in file.svg.read_bytes()[:1000]
        assert len(file.alt) > 40
    assert sorted(p.name for p in folder.iterdir() if p.name.startswith(".")) == []


def test_the_same_run_gives_the_same_bytes_wherever_its_folder_is(tmp_path: Path) -> None:
    maker = RunMaker(arms=2, events=True, extras=True, years=1)
    first, second = (write_figures(maker.write(tmp_path / name)) for name in ("one", "other"))
    for a, b in zip(first, second, strict=True):
        assert a.png.read_bytes() == b.png.read_bytes()
        assert a.svg.read_bytes() == b.svg.read_bytes()
        assert b"<dc:date>" not in a.svg.read_bytes()


def test_a_users_own_matplotlib_settings_do_not_reach_the_figures(tmp_path: Path) -> None:
    import matplotlib as mpl

    folder = RunMaker(years=1).write(tmp_path / "run")
    plain = write_figures(folder)[0].svg.read_bytes()
    with mpl.rc_context({"font.size": 30, "axes.grid": False, "lines.linewidth": 9}):
        assert write_figures(folder)[0].svg.read_bytes() == plain
        assert mpl.rcParams["font.size"] == 30


@pytest.mark.parametrize("arms", [3, 5])
def test_no_scenario_is_lost_in_figures_of_a_comparison(tmp_path: Path, arms: int) -> None:
    folder = RunMaker(arms=arms, events=True, years=1, replications=2).write(tmp_path / "run")
    files = {f.name: f for f in write_figures(folder)}
    for name in NAMES[1:arms]:
        for figure in ("differences", "stocks", "caseload", "assessment_days"):
            assert name.replace("_", " ") in files[figure].alt
    drawn = stocks_figure(read_run(folder), {})
    assert drawn is not None
    assert [text.get_text() for text in drawn.figure.legends[0].get_texts()] == [n.replace("_", " ") for n in NAMES[:arms]]


def test_scenarios_differ_in_colour_and_in_marker_and_values_start_at_zero(tmp_path: Path) -> None:
    run = read_run(RunMaker(arms=5, years=2).write(tmp_path / "run"))
    with house_style():
        drawn = stocks_figure(run, {"cpp_31_march_rate": 41.6})
    assert drawn is not None
    for axes in drawn.figure.axes:
        lines = [line for line in axes.get_lines() if line.get_marker() not in ("None", "")]
        assert len({line.get_color() for line in lines}) == len({line.get_marker() for line in lines}) == 5
        assert axes.get_ylim()[0] == 0
    published = [line for axes in drawn.figure.axes for line in axes.get_lines() if line.get_label() == "England 2024, published"]
    assert [float(np.asarray(line.get_ydata())[0]) for line in published] == [41.6]


def test_bands_are_the_ranges_of_the_summary_and_are_named_as_what_they_are(tmp_path: Path) -> None:
    folders = {n: RunMaker(replications=n, years=2).write(tmp_path / str(n)) for n in (3, 12)}
    for n, folder in folders.items():
        run = read_run(folder)
        found = bands(run.whole_area("cpp_31_march_rate"), "cpp_31_march_rate")
        own = summarise(pd.read_csv(folder / "measures.csv"))
        own = own[(own["measure"] == "cpp_31_march_rate") & (own["group"] == "all")].set_index("year")
        for side in ("lower", "upper"):
            assert found[side].to_dict() == pytest.approx(own[side].to_dict())
        (stocks,) = [f for f in write_figures(folder) if f.name == "stocks"]
        assert ("lowest to highest" in stocks.caption) == (n < 5)
        assert ("about 90% of further runs" in stocks.caption) == (n >= 5)


def test_a_run_of_one_replication_says_that_there_is_no_band(tmp_path: Path) -> None:
    files = write_figures(RunMaker(replications=1, years=1).write(tmp_path / "run"))
    assert "no band can be drawn" in files[0].caption


def test_without_the_record_caseloads_come_from_the_measures_and_no_assessment_days_are_drawn(tmp_path: Path) -> None:
    files = {f.name: f for f in write_figures(RunMaker(years=2).write(tmp_path / "run"))}
    assert set(files) == {"stocks", "caseload"}
    assert "90th percentile" in files["caseload"].alt


def test_figures_of_an_earlier_page_are_replaced_and_a_users_own_are_kept(tmp_path: Path) -> None:
    folder = RunMaker(years=1).write(tmp_path / "run")
    (folder / "figures").mkdir()
    (folder / "figures" / "old.png").write_bytes(b"old")
    resealed(folder)
    (folder / "figures" / "mine.png").write_bytes(b"mine")
    write_report(folder)
    assert not (folder / "figures" / "old.png").exists()
    assert (folder / "figures" / "mine.png").read_bytes() == b"mine"
    write_report(folder)


def _record(rows: list[tuple[str, float, str, int, int | None]], folder: Path) -> Path:
    """Write a hand-made record: event, time, date, child, worker."""
    table = pd.DataFrame(rows, columns=["event", "time", "date", "entity_id", "resource_id"])
    table["date"] = pd.to_datetime(table["date"]).dt.date
    table.assign(run=0, area_code=AVERAGE[0][0], episode=1).astype({"event": "category"}).to_parquet(folder / "events.parquet")
    resealed(folder)
    return folder


def test_assessment_days_are_whole_working_days_between_a_start_and_its_own_completion(tmp_path: Path) -> None:
    folder = RunMaker(years=1).write(tmp_path / "run")
    run = read_run(
        _record(
            [
                ("assessment_started", -50.0, "2024-01-20", 1, None),
                ("assessment_completed", -10.5, "2024-03-15", 1, 7),  # before the first reported year: not counted
                ("assessment_started", 3.25, "2024-04-05", 1, None),
                ("assessment_completed", 48.9, "2024-06-12", 1, 7),
                ("assessment_started", 60.0, "2024-06-28", 1, None),  # never completed
                ("assessment_started", 5.5, "2024-04-09", 2, None),
                ("assessment_completed", 5.9, "2024-04-09", 2, 7),
            ],
            folder,
        )
    )
    assert sorted(assessment_days(run)["days"]) == [0, 45]


@pytest.mark.parametrize("rows_at_once", [1, 3, 1000])
def test_each_replication_is_read_by_itself_however_its_rows_are_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_at_once: int
) -> None:
    folder = RunMaker(arms=2, years=1).write(tmp_path / "run")
    one, other = NAMES[:2]
    events = [
        ("referral", 0.5, "2024-04-02", 1, 5),
        ("assessment_started", 1.0, "2024-04-03", 1, 5),
        ("assessment_started", 2.0, "2024-04-04", 2, 5),
        ("assessment_completed", 4.0, "2024-04-08", 1, 5),
    ]
    pieces = []
    for scenario, number, area in ((one, 0, "E1"), (other, 0, "E1"), (one, 1, "E2"), ("unknown", 0, "E1")):
        piece = pd.DataFrame(events, columns=["event", "time", "date", "entity_id", "resource_id"])
        pieces.append(piece.assign(scenario=scenario, run=number, area_code=area, episode=1))
    record = pd.concat(pieces).assign(date=lambda rows: pd.to_datetime(rows["date"]).dt.date)
    record.astype({"event": "category", "scenario": "category"}).to_parquet(folder / "events.parquet")
    resealed(folder)
    monkeypatch.setattr(record_series, "BATCH_ROWS", rows_at_once)
    run = read_run(folder)
    kinds = ("assessment_started", "assessment_completed")
    found = [(scenario, number, len(rows)) for scenario, number, rows in record_series.replications(run, kinds)]
    assert found == [(one, "0", 3), (other, "0", 3), (one, "1", 3)]
    # the second child's assessment of one replication is not ended by the first one's of the next
    assert assessment_days(run).groupby("scenario")["days"].agg(list).to_dict() == {one: [3, 3], other: [3]}
    assert list(record_series.replications(run, ("closed",))) == []


def test_a_case_counts_with_the_worker_who_held_it_last(tmp_path: Path) -> None:
    folder = RunMaker(years=1).write(tmp_path / "run")
    run = read_run(
        _record(
            [
                ("allocated", 1.0, "2024-04-02", 1, 7),
                ("allocated", 1.0, "2024-04-02", 2, 7),
                ("allocated", 1.0, "2024-04-02", 3, 7),
                ("handed_over", 2.0, "2024-04-03", 2, 8),
                ("released", 9.0, "2024-04-12", 3, 7),
                ("allocated", 300.0, "2025-06-02", 4, 9),  # after the last reported 31 March
            ],
            folder,
        )
    )
    assert sorted(cases_per_worker(run)["cases"]) == [1, 1]


def test_monthly_stocks_are_starts_less_ends_as_a_rate(tmp_path: Path) -> None:
    folder = RunMaker(years=1, replications=1).write(tmp_path / "run")
    measures = pd.read_csv(folder / "measures.csv")
    measures.loc[measures["measure"] == "cin_plans_31_march", "value"] = 2.0
    measures.loc[measures["measure"] == "cin_plans_31_march_rate", "value"] = 1.0
    measures.to_csv(folder / "measures.csv", index=False)
    resealed(folder)
    rows = [("cin_plan_started", float(i), "2024-02-01", i, None) for i in range(3)] + [
        ("cin_plan_ended", 9.0, "2024-05-31", 1, None)
    ]
    monthly = monthly_stocks(read_run(_record(rows, folder)))
    plans = monthly[monthly["measure"] == "cin_plans_31_march_rate"].set_index("month_end")["value"]
    assert plans[pd.Timestamp("2024-03-31")] == 1.5
    assert plans[pd.Timestamp("2024-04-30")] == 1.5
    assert plans[pd.Timestamp("2024-05-31")] == 1.0


def test_every_bundle_of_a_comparison_has_a_waterfall_of_its_own(tmp_path: Path) -> None:
    folder = RunMaker(arms=4, years=1, extras=True).write(tmp_path / "run")
    table = pd.read_csv(folder / "contributions.csv")
    pd.concat([table.assign(scenario=name) for name in NAMES[1:4]]).to_csv(folder / "contributions.csv", index=False)
    resealed(folder)
    drawn = waterfall_figures(read_run(folder))
    assert [drawing.name for drawing in drawn] == [f"waterfall_{name}" for name in NAMES[1:4]]
    assert len({drawing.title for drawing in drawn}) == 3


def test_parts_of_a_bundle_add_up_in_the_waterfall(tmp_path: Path) -> None:
    (drawn,) = waterfall_figures(read_run(RunMaker(arms=2, years=1, extras=True).write(tmp_path / "run")))
    bars = drawn.figure.axes[0].patches
    ends = [bar.get_x() + bar.get_width() for bar in bars]
    assert [bar.get_x() for bar in bars[1:-1]] == pytest.approx(ends[:-2])
    assert ends[-2] == pytest.approx(bars[-1].get_width())
    assert "all together −4.5" in drawn.alt


def test_children_with_more_and_with_fewer_are_counted_per_replication(tmp_path: Path) -> None:
    folder = RunMaker(arms=2, years=1, extras=True).write(tmp_path / "run")
    before, after = [0, 1, 2, 3, 1, 1], [1, 2, 1, 3, 2, 2]
    table = pd.DataFrame({"first_different": "referral", "baseline_referrals": before, "scenario_referrals": after})
    table.assign(scenario=NAMES[1], draw=0, replication=[0, 0, 0, 1, 1, 1]).to_parquet(folder / "children_changed.parquet")
    resealed(folder)
    drawn = {d.name: d for d in children_figures(read_run(folder))}
    more, fewer = drawn["children_more_or_less"].figure.axes[0].patches
    assert (more.get_width(), fewer.get_width()) == (2.0, -0.5)
    assert [bar.get_width() for bar in drawn["children_changed"].figure.axes[0].patches] == [3.0]


def test_a_funnel_holds_every_authority_under_every_scenario(tmp_path: Path) -> None:
    areas = tuple((f"E060000{i:02}", f"Authority {i}") for i in range(1, 15))
    run = read_run(RunMaker(arms=3, areas=areas, years=1, replications=1).write(tmp_path / "run"))
    panels = funnel_figures(run)[0].figure.axes
    assert len(panels) == 3
    for axes in panels:
        points = [line for line in axes.get_lines() if line.get_marker() == "o"]
        assert sum(len(np.asarray(line.get_xdata())) for line in points) == 14


def test_authorities_are_ranked_by_the_baseline_and_named_when_they_are_few(tmp_path: Path) -> None:
    few = tuple((f"E0600000{i}", f"Place {i}") for i in range(1, 7))
    run = read_run(RunMaker(arms=3, areas=few, years=1, replications=2).write(tmp_path / "run"))
    drawn = ranked_figures(run)[0]
    axes = drawn.figure.axes[0]
    names = [text.get_text() for text in axes.get_yticklabels()]
    widths = [bar.get_width() for bar in axes.patches]
    assert sorted(names) == [name for _, name in few]
    assert widths == sorted(widths)
    assert len(axes.get_lines()) == 2
    assert re.search(r"baseline: 10th percentile [\d.]+, 90th", drawn.caption)
