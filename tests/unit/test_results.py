"""Results as data: what is told of a run stands in one file, with verdicts by a written rule."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path

import pytest
from report_runs import NAMES, TITLES, RunMaker

from cinsim.errors import InputError
from cinsim.report.folder import read_run
from cinsim.report.html import write_report
from cinsim.report.results.build import DEFAULT_OUTCOMES, results_of
from cinsim.report.results.costs import share_of_year
from cinsim.report.results.model import Results
from cinsim.report.results.stored import RESULTS, parsed, read_results, results_text, schema_text, shipped_schema, write_results
from cinsim.report.results.verdicts import Look, verdicts

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return RunMaker(arms=4, years=2, replications=12).write(tmp_path_factory.mktemp("runs") / "run")


@pytest.fixture(scope="module")
def results(folder: Path) -> Results:
    return write_results(folder)


def test_the_shipped_schema_is_that_of_the_results() -> None:
    assert shipped_schema() == schema_text()


def test_results_are_read_again_as_they_were_written_and_the_manifest_lists_them(folder: Path, results: Results) -> None:
    assert read_results(folder) == results
    assert results_text(results_of(read_run(folder))) == results_text(results)
    assert RESULTS in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]


def test_results_of_another_format_are_refused(results: Results) -> None:
    with pytest.raises(InputError, match="has format 99"):
        parsed({**results.model_dump(mode="json"), "format": 99}, Path(RESULTS))


def test_options_are_told_in_their_order_with_one_sentence_each_on_the_outcomes(results: Results) -> None:
    assert [option.name for option in results.options] == list(NAMES[:4])
    assert [option.title for option in results.options] == list(TITLES[:4])
    assert results.baseline.sentence == ""
    assert "CIN visits on time down" in results.options[1].sentence
    assert set(results.outcomes) <= set(DEFAULT_OUTCOMES)


def test_the_sentence_names_no_outcome_that_cannot_be_told_as_changed(results: Results) -> None:
    for option in results.options[1:]:
        told = option.sentence.partition("Cannot tell:")[0]
        for name in results.outcomes:
            found = results.difference(option.name, name)
            assert found is not None
            if found.verdict == "cannot tell" and not found.small:
                assert f"{results.measure(name).short} up" not in told.lower()


def test_levels_and_differences_agree(results: Results) -> None:
    for found in results.differences:
        before, after = (results.level(o, found.measure, found.year) for o in (results.baseline.name, found.option))
        assert before is not None
        assert after is not None
        assert after.mean - before.mean == pytest.approx(found.difference, abs=1e-9 * max(1.0, abs(after.mean)))


def test_certain_allows_for_how_many_were_looked_at_and_likely_does_not() -> None:
    found = {"one": Look(1.0, 0.1, 1.9, 19)}
    assert verdicts(found) == {"one": "certain"}
    among_others = found | {f"nothing {k}": Look(0.1, -0.9, 1.1, 19) for k in range(19)}
    assert verdicts(among_others)["one"] == "likely"
    assert verdicts(among_others)["nothing 3"] == "cannot tell"


def test_without_an_interval_nothing_is_told_and_equal_pairs_are_no_change() -> None:
    found = verdicts({"one pair": Look(1.0, math.nan, math.nan, 0), "equal": Look(0.0, math.nan, math.nan, 9, unchanged=True)})
    assert found == {"one pair": "cannot tell", "equal": "no change"}


def test_of_many_differences_that_are_none_hardly_any_family_calls_one_certain() -> None:
    import numpy as np

    rng = np.random.default_rng(3)
    wrong = 0
    for _ in range(300):
        t = rng.standard_t(9, 20)
        looks = {k: Look(float(v), float(v) - 2.262157, float(v) + 2.262157, 9) for k, v in enumerate(t)}
        wrong += "certain" in verdicts(looks).values()
    assert 3 <= wrong <= 27  # 15 of 300 expected


def test_a_policy_that_begins_within_a_year_is_paid_for_its_part() -> None:
    assert share_of_year(date(2024, 4, 1), 2025) == 1
    assert share_of_year(date(2024, 10, 1), 2025) == pytest.approx(182 / 365)
    assert share_of_year(date(2025, 4, 1), 2025) == 0


def test_the_page_writes_the_results_beside_it(tmp_path: Path) -> None:
    run = RunMaker(arms=2, years=1, replications=4).write(tmp_path / "run")
    write_report(run)
    assert read_results(run).compares
