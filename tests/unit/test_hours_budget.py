"""The hours budget: the register's hours, summed, against the hours the published workforce has."""

from __future__ import annotations

from dataclasses import replace

import pytest
from typer.testing import CliRunner

from cinsim.cli import app
from cinsim.reference.areas import average_authority, find_area
from cinsim.reference.parameters import parameters_from
from cinsim.workforce.budget import Budget, budget_in_words, hours_budget
from cinsim.workforce.hours_budget import yearly_hours

pytestmark = pytest.mark.unit

ENGLAND = average_authority()


def budget_of(area: str = "England", **parameters: float) -> Budget:
    return hours_budget(ENGLAND if area == "England" else find_area(area), ENGLAND, parameters_from(parameters))


@pytest.mark.parametrize("area", ["England", "Leeds", "Rutland"])
def test_casework_is_the_hours_by_which_teams_are_staffed(area: str) -> None:
    where, budget = ENGLAND if area == "England" else find_area(area), budget_of(area)
    by_team = yearly_hours(where, ENGLAND, parameters_from())
    assert sum(line.hours for line in budget.casework) == pytest.approx(sum(by_team.values()), rel=1e-9)


def test_the_registers_hours_fit_what_englands_workforce_works() -> None:
    budget = budget_of()
    assert 0.9 < budget.share < 1.05
    # the top-down figure: 1,545 hours over the published caseload of 15.4
    assert budget.available / budget.cases / 12 == pytest.approx(8.4, abs=0.1)
    assert budget.factor == pytest.approx(1.0)


def test_hours_a_modeller_sets_show_in_the_budget() -> None:
    usual, longer = budget_of(), budget_of(hours_assessment_report=12.0)
    assessments = usual.casework[0].number
    assert longer.needed - usual.needed == pytest.approx(assessments * (12.0 - parameters_from().hours_assessment_report))
    less_paper = budget_of(administration_share=0.0)
    assert usual.needed - less_paper.needed == pytest.approx(0.1 * usual.available)


def test_rates_that_an_area_does_not_publish_are_englands() -> None:
    rutland = find_area("Rutland")
    unpublished = replace(rutland, referral_rate=None, case_holders_fte=None, cases=None, turnover_rate=None)
    budget = hours_budget(unpublished, ENGLAND, parameters_from())
    closing = budget.casework[-1]
    assert closing.number == pytest.approx(ENGLAND.referral_rate * rutland.population_0_17 / 10_000)  # type: ignore[operator]
    assert budget.fte > 0.0
    assert budget.cases > 0.0


def test_a_budget_far_from_the_workforce_is_said_to_be() -> None:
    assert len(budget_in_words(budget_of())) == 1
    assert "too long for the staff there are" in " ".join(budget_in_words(budget_of(hours_assessment_report=20.0)))
    rutland = " ".join(budget_in_words(budget_of("Rutland")))
    assert "do not account for" in rutland
    assert "1.48 times these hours" in rutland


def test_the_command_prints_both_sums_and_refuses_an_unknown_area() -> None:
    done = CliRunner().invoke(app, ["parameters", "--budget", "--area", "Leeds"])
    assert done.exit_code == 0
    budget = budget_of("Leeds")
    for line in (*budget.casework, *budget.beside):
        assert line.work in done.stdout
        assert f"{line.hours:,.0f}" in done.stdout
    assert f"{budget.needed:,.0f}" in done.stdout
    assert f"{budget.available:,.0f}" in done.stdout
    wrong = CliRunner().invoke(app, ["parameters", "--budget", "--area", "Leads"])
    assert (wrong.exit_code, "did you mean Leeds?" in wrong.stderr) == (2, True)
