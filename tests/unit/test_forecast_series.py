"""Published series as the statistical model takes them, and the forecasts that ship."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cinsim.errors import InputError
from cinsim.forecast.authorities import Origin
from cinsim.forecast.measures import MEASURES
from cinsim.forecast.panel import LATE_MONTHS, National, Panel, read_series
from cinsim.forecast.rolling import rolling_origins
from cinsim.forecast.shipped import (
    AREAS_FORECAST,
    COLUMNS,
    FORECASTS,
    FURTHEST,
    areas_forecast,
    forecasts_of,
    read_forecasts,
)
from cinsim.forecast.summary import gains, of_authorities
from cinsim.reference.areas import find_area, usable_authorities
from cinsim.reference.calibrated import folder
from cinsim.reference.figures import england_series

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def series() -> tuple[Panel, National]:
    return read_series()


def place(panel: Panel, name: str) -> int:
    return panel.codes.index(find_area(name).area_code)


def test_counts_are_those_published(series: tuple[Panel, National]) -> None:
    _, national = series
    for measure in ("referrals", "s47", "cpp_started"):
        published = [figure.value for figure in england_series(measure).values()]
        np.testing.assert_allclose(national.figures[measure], published, atol=1.0)


def test_what_was_not_published_is_missing_and_not_zero(series: tuple[Panel, National]) -> None:
    panel, _ = series
    hackney = panel.figures["referrals"][place(panel, "Hackney")]
    assert np.isnan(hackney[[2021 - 2013, 2022 - 2013]]).all()
    assert np.isfinite(np.delete(hackney, [8, 9])).all()
    assert np.isnan(panel.series["s47"][place(panel, "Hampshire"), -1])


def test_an_authority_whose_code_changed_keeps_its_history(series: tuple[Panel, National]) -> None:
    panel, _ = series
    for name in ("Buckinghamshire", "Somerset", "North Yorkshire"):
        assert np.isfinite(panel.figures["referrals"][place(panel, name)]).all()


def test_an_authority_that_was_split_off_has_the_rates_of_the_former_one_before(series: tuple[Panel, National]) -> None:
    panel, _ = series
    former = panel.codes.index("E10000021")
    for name in ("North Northamptonshire", "West Northamptonshire"):
        row = place(panel, name)
        assert panel.first[row] == 2022
        np.testing.assert_array_equal(panel.series["s47"][row, :9], panel.series["s47"][former, :9])
        assert np.isnan(panel.figures["s47"][row, :9]).all()


def test_the_first_share_of_re_referrals_of_a_new_register_is_left_out(series: tuple[Panel, National]) -> None:
    panel, _ = series
    row = place(panel, "Cumberland")
    assert panel.figures["re_referral_percent"][row, -1] < 12
    assert np.isnan(panel.series["re_referral_percent"][row, -1])
    assert np.isfinite(panel.series["not_in_need_percent"][row, -1])


def test_an_origin_holds_the_authorities_of_its_time(series: tuple[Panel, National]) -> None:
    panel, _ = series
    assert "E10000021" in panel.until(2021).codes
    assert "E06000061" not in panel.until(2021).codes
    assert "E10000021" not in panel.until(2022).codes
    assert len(panel.until(2024).codes) == len(usable_authorities())
    with pytest.raises(InputError, match="2013 to 2024"):
        panel.until(2014)


def test_late_referrals_are_shares_over_englands(series: tuple[Panel, National]) -> None:
    panel, _ = series
    for table in panel.late:
        assert abs(float(np.nanmedian(table[:, -1]))) < 0.05
    england = [england_series(name)[2024].value for name in LATE_MONTHS]
    assert 20 < england[0] < 30
    assert 45 < england[1] < 55


def test_a_forecast_rests_on_nothing_that_came_after_its_origin(series: tuple[Panel, National]) -> None:
    panel, _ = series

    def changed(tables: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: np.concatenate([table[..., :-8], table[..., -8:] * 3.0], axis=-1) for name, table in tables.items()}

    later = replace(panel, figures=changed(dict(panel.figures)), series=changed(dict(panel.series)),
                    children=changed({"": panel.children})[""])  # fmt: skip
    ours, theirs = (Origin(one.until(2015)).forecast("re_referral_percent", 1).quantiles() for one in (panel, later))
    np.testing.assert_array_equal(ours, theirs)


def test_the_shipped_table_holds_every_area_measure_and_year_in_the_columns_promised() -> None:
    table = pd.read_csv(folder() / AREAS_FORECAST)
    assert tuple(table.columns) == COLUMNS
    codes = {area.area_code for area in usable_authorities()} | {"E92000001"}
    wanted = pd.MultiIndex.from_product([sorted(codes), sorted(MEASURES), [2025, 2026, 2027]])
    there = pd.MultiIndex.from_frame(table[["area_code", "measure", "year"]])
    assert set(there) == set(wanted)
    assert not there.duplicated().any()
    assert (table["lower"] < table["upper"]).all()
    assert ((table["lower"] <= table["mean"]) & (table["mean"] <= table["upper"])).all()
    percent = table[table["measure"].str.endswith("_percent")]
    assert percent[["lower", "upper"]].to_numpy().min() >= 0
    assert percent[["lower", "upper"]].to_numpy().max() <= 100


def test_ranges_widen_with_the_years_ahead() -> None:
    table = read_forecasts()
    table = table[table["fit_to"] == table["fit_to"].max()]
    width = np.log(table["upper"].clip(lower=0.01) / table["lower"].clip(lower=0.01))
    counts = table["measure"].isin([name for name, measure in MEASURES.items() if measure.counted])
    by_year = width[counts].groupby(table["year"]).mean()
    assert len(by_year) == FURTHEST
    assert by_year.is_monotonic_increasing


def test_the_shipped_forecasts_are_what_the_code_makes(series: tuple[Panel, National]) -> None:
    made, without = forecasts_of(*series, 2024, furthest=2, measures=("referrals", "re_referral_percent"))
    assert without == []
    shipped = read_forecasts()
    keys = ["fit_to", "area_code", "measure", "year"]
    both = made.merge(shipped, on=keys, suffixes=("", "_shipped"))
    assert len(both) == len(made) == 152 * 2 * 2
    for column in ("mean", "lower", "median", "upper"):
        np.testing.assert_allclose(both[column], both[f"{column}_shipped"], rtol=0.005, atol=0.05)
    pd.testing.assert_frame_equal(areas_forecast(shipped), pd.read_csv(folder() / AREAS_FORECAST))


def test_an_authority_without_figures_for_three_years_is_said_and_not_dropped_in_silence(
    series: tuple[Panel, National],
) -> None:
    panel, national = series
    row = place(panel, "Leeds")
    blank = {name: table.copy() for name, table in panel.series.items()}
    blank["s47"][row, 2:5] = np.nan
    made, without = forecasts_of(replace(panel, series=blank), national, 2017, furthest=1, measures=("s47",))
    assert without == ["Leeds, s47: no figure in the three years to 2017"]
    assert "E08000035" not in set(made["area_code"])
    assert len(made) == len(panel.until(2017).codes)  # England in the place of Leeds


def test_one_origin_scores_every_forecaster_on_the_same_figures(series: tuple[Panel, National]) -> None:
    scores = rolling_origins(*series, origins=[2023], reaches=(1,), measures=["referrals"])
    counts = scores.groupby("forecaster").size()
    assert counts.nunique() == 1
    (row,) = gains(of_authorities(scores)).to_dict("records")
    came = series[0].figures["referrals"][:, -1]
    there = [code in series[0].until(2023).codes for code in series[0].codes]
    assert row["figures"] == int((np.isfinite(came) & there).sum())
    assert row["gain_error"] > 0
    assert 85 <= row["held"] <= 100


def test_tables_that_are_not_of_this_make_are_told_by_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"areas\.csv: cannot be read"):
        read_series(tmp_path)
    (tmp_path / "areas.csv").write_text("code,name\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="lacks the columns area_code"):
        read_series(tmp_path)
    with pytest.raises(InputError, match="there are no forecasts yet; `cinsim calibrate forecast` makes them"):
        read_forecasts(tmp_path)
    (tmp_path / FORECASTS).write_text("area_code,mean\nE1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="must have the columns fit_to"):
        read_forecasts(tmp_path)
