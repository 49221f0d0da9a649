"""Authorities on the page: few are told one by one, of many those that can be told, none where one run each is all there is."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import pytest
from report_runs import RunMaker

from cinsim.reference.areas import usable_authorities
from cinsim.report.folder import read_run
from cinsim.report.places import authority_sentences, authority_tables, maps
from cinsim.report.results.build import results_of
from cinsim.report.results.model import Results

pytestmark = pytest.mark.unit


def results(folder: Path, number: int, replications: int) -> Results:
    areas = tuple((area.area_code, area.area_name) for area in usable_authorities()[:number])
    return results_of(read_run(RunMaker(arms=2, years=1, areas=areas, replications=replications).write(folder / "run")))


def test_two_authorities_are_told_by_name_each_beside_its_own_published_figures_and_its_neighbours(tmp_path: Path) -> None:
    found = results(tmp_path, 2, 6)
    (said,) = authority_sentences(found)
    first = usable_authorities()[0]
    assert first.area_name in said
    assert maps(found) == []
    table = next(t for t in authority_tables(found) if t.caption.startswith("Referrals"))
    row = next(row for row in table.rows if row[0].text == first.area_name)
    assert row[1].sort == first.last_published("referral_rate")
    near = [area for area in usable_authorities() if area.old_code in first.neighbours]
    assert len(near) == 10
    assert row[2].sort == median(area.last_published("referral_rate") for area in near)


def test_of_many_authorities_run_once_nobody_is_named_as_gaining_or_losing(tmp_path: Path) -> None:
    found = results(tmp_path, 20, 1)
    (said,) = authority_sentences(found)
    assert "cannot tell its change from chance" in said
    assert not any(area.area_name in said for area in usable_authorities()[:20])
    assert all(each.over == "authorities" and each.n == 20 for each in found.differences)
    ((title, drawn),) = maps(found)
    assert "one run of each" in title
    assert drawn.count("<rect") == 20 + 3  # and the key


def test_of_many_authorities_run_often_those_that_can_be_told_are_counted_and_the_ends_named(tmp_path: Path) -> None:
    found = results(tmp_path, 14, 8)
    (said,) = authority_sentences(found)
    measure = found.outcomes[0]
    told = [f.differences["visits_four_weekly"].told for a in found.authorities for f in a.figures if f.measure == measure]
    assert f"up in {told.count('higher')} authorities and down in {told.count('lower')} of 14" in said
