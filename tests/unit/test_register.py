"""Every number the model rests on stands in the register, complete, within its range, and in use."""

from __future__ import annotations

import ast
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cinsim.errors import InputError
from cinsim.reference.parameters import (
    AGE_BANDS,
    ETHNIC_GROUPS,
    NEED_CATEGORIES,
    QUINTILES,
    THRESHOLDS,
    parameters_from,
)
from cinsim.reference.register import EVIDENCE_GRADES, STATUSES, Parameter, load_register, parse_register
from cinsim.reference.stub import STUB, stub_text

pytestmark = pytest.mark.unit

PACKAGE = Path(__file__).resolve().parents[2] / "cinsim"
REGISTER = load_register()
NAMES = sorted(REGISTER)

ENTRY = """
visits:
  value: 4
  unit: visits a month
  low: 0
  high: 10
  source: "a made-up table"
  evidence: assumption
  status: assumed
  description: "How many."
"""


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_says_what_it_is_where_it_comes_from_and_how_far_it_may_go(name: str) -> None:
    p = REGISTER[name]
    assert p.name == name
    assert name.isidentifier()
    assert name == name.lower()
    assert p.unit
    assert len(p.source) >= 10
    assert p.description.endswith(".")
    assert p.evidence in EVIDENCE_GRADES
    assert p.status in STATUSES
    assert p.low <= p.value <= p.high
    assert p.low < p.high
    assert all(math.isfinite(x) for x in (p.low, p.value, p.high))


@pytest.mark.parametrize(
    "name", [n for n in NAMES if REGISTER[n].unit in ("share", "probability", "share a year", "share in per cent")]
)
def test_a_share_or_probability_cannot_leave_its_bounds(name: str) -> None:
    p = REGISTER[name]
    most = 100 if p.unit == "share in per cent" else 1
    assert p.low >= 0 or name == "plan_quality_error_reduction"  # a plan of high quality might mislead
    assert p.high <= most


@pytest.mark.parametrize("name", [n for n in NAMES if REGISTER[n].status == "published"])
def test_a_published_value_does_not_rest_on_an_assumption(name: str) -> None:
    assert REGISTER[name].evidence != "assumption"


def test_shares_of_categories_add_up_to_about_a_hundred() -> None:
    assert sum(REGISTER[f"ethnicity_{group}"].value for group in ETHNIC_GROUPS) == pytest.approx(100, abs=0.5)
    assert sum(REGISTER[f"need_category_{category}"].value for category in NEED_CATEGORIES) == pytest.approx(100, abs=4)


# ---- every parameter is used

PREFIXES_READ_AS_VECTORS = {
    "need_category_shares": [f"need_category_{name}" for name in NEED_CATEGORIES],
    "ethnicity_shares": [f"ethnicity_{name}" for name in ETHNIC_GROUPS],
    "age_severity": [f"age_severity_{name}" for name in AGE_BANDS],
    "age_referral": [f"age_referral_{name}" for name in AGE_BANDS],
    "deprivation_log_rate": [f"deprivation_log_rate_quintile_{name}" for name in QUINTILES],
    "thresholds": [f"threshold_{name}" for name in THRESHOLDS],
}
READS_BY_NAME = {"p", "parameters", "values"}
"""What the package calls a set of parameter values, as a variable or an attribute."""


def _is_parameter_set(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id in READS_BY_NAME) or (
        isinstance(node, ast.Attribute) and node.attr in READS_BY_NAME
    )


def _named(text: ast.expr) -> set[str]:
    """Return the parameters that a text, or a text put together behind a prefix, names."""
    if isinstance(text, ast.Constant):
        return {text.value} & set(NAMES)
    if isinstance(text, ast.JoinedStr) and isinstance(text.values[0], ast.Constant):
        return {name for name in NAMES if name.startswith(str(text.values[0].value))}
    return set()


def parameters_read_in(source: str, *, by_name: bool = False) -> set[str]:
    """Return the parameters that a module reads.

    As ``p.<name>``, ``p["<name>"]``, ``p[f"<prefix>_{...}"]`` or a vector of them; with ``by_name`` also those whose
    names the module holds as texts, as outcomes does with what it looks up in a finished replication.
    """
    read: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and _is_parameter_set(node.value):
            read |= {node.attr, *PREFIXES_READ_AS_VECTORS.get(node.attr, ())}
        elif isinstance(node, ast.Subscript) and _is_parameter_set(node.value):
            read |= _named(node.slice)
        elif by_name and isinstance(node, ast.Constant | ast.JoinedStr):
            read |= _named(node)
    return read


def test_the_search_for_uses_sees_each_way_a_parameter_is_read() -> None:
    assert parameters_read_in("x = p.help_short") == {"help_short"}
    assert parameters_read_in("x = self.p.help_short + service.p.moves_per_year") == {"help_short", "moves_per_year"}
    assert parameters_read_in("x = p['known_effect_alone']") == {"known_effect_alone"}
    assert "cost_per_hour_social_worker" in parameters_read_in("x = replication.parameters[f'cost_per_hour_{role}']")
    assert "threshold_care" in parameters_read_in("x = p.thresholds")
    assert parameters_read_in("# p.help_short is not used\n'help_short'\nx = other.help_short") == set()
    assert parameters_read_in("NAME = 'help_short'", by_name=True) == {"help_short"}
    assert parameters_read_in("'help_short is described here'", by_name=True) == set()


def test_no_parameter_is_left_unused() -> None:
    read: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        read |= parameters_read_in(path.read_text(encoding="utf-8"), by_name=path.parent.name == "outcomes")
    assert [name for name in NAMES if name not in read] == []


def test_no_parameter_is_read_that_is_not_registered() -> None:
    others = {"values", *PREFIXES_READ_AS_VECTORS}
    for room in ("population", "policy", "workforce", "pathway", "simulation"):
        for path in (PACKAGE / room).rglob("*.py"):
            source = path.read_text(encoding="utf-8")
            nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)]
            read = {node.attr for node in nodes if ast.unparse(node.value).split(".")[-1] == "p"}
            assert read - set(NAMES) - others == set(), path


# ---- overriding


def test_values_are_replaced_by_name_and_the_others_kept() -> None:
    values = REGISTER.values_with({"help_per_visit": 0.1})
    assert values["help_per_visit"] == 0.1
    assert {n: v for n, v in values.items() if n != "help_per_visit"} == {
        n: REGISTER[n].value for n in NAMES if n != "help_per_visit"
    }
    assert list(values) == list(REGISTER)


def test_an_unknown_parameter_is_refused_with_where_to_find_the_known_ones() -> None:
    with pytest.raises(InputError) as caught:
        REGISTER.values_with({"help_per_vist": 0.1})
    assert str(caught.value) == (
        "key 'parameters.help_per_vist': 'help_per_vist' is not a registered parameter; `cinsim parameters` lists them"
    )


@pytest.mark.parametrize("value", [-0.01, 0.5, math.inf, -math.inf, math.nan])
def test_a_value_out_of_range_is_refused_with_the_range(value: float) -> None:
    with pytest.raises(InputError) as caught:
        REGISTER.values_with({"help_per_visit": value})
    assert str(caught.value) == f"key 'parameters.help_per_visit': {value:g} lies outside 0 to 0.2 log need a visit"


@given(st.sampled_from(NAMES), st.floats(0, 1))
def test_any_value_within_its_range_is_taken_as_it_is(name: str, share: float) -> None:
    p = REGISTER[name]
    value = min(max(p.low + share * (p.high - p.low), p.low), p.high)
    assert REGISTER.values_with({name: value})[name] == value


@given(st.sampled_from(NAMES), st.sampled_from([-1, 1]))
def test_no_parameter_may_leave_its_range(name: str, side: int) -> None:
    p = REGISTER[name]
    beyond = math.nextafter(p.low, -math.inf) if side < 0 else math.nextafter(p.high, math.inf)
    with pytest.raises(InputError, match="lies outside"):
        REGISTER.check(name, beyond)


def test_the_model_reads_overridden_values_and_vectors() -> None:
    p = parameters_from({"need_category_neglect": 0, "threshold_care": 9.0, "age_severity_unborn": 0.5, "help_short": 0.3})
    assert p.help_short == 0.3
    assert p.thresholds["care"] == 9.0
    assert p.age_severity[AGE_BANDS.index("unborn")] == 0.5
    assert p.need_category_shares[NEED_CATEGORIES.index("neglect")] == 0.0
    assert p.values["threshold_care"] == 9.0
    assert p.values.keys() == REGISTER.keys()


def test_shares_of_categories_sum_to_one_whatever_is_overridden() -> None:
    for overrides in ({}, {"need_category_neglect": 80, "ethnicity_white": 10}):
        p = parameters_from(overrides)
        assert sum(p.need_category_shares) == pytest.approx(1)
        assert sum(p.ethnicity_shares) == pytest.approx(1)
    assert p.need_category_shares[NEED_CATEGORIES.index("neglect")] == pytest.approx(80 / (97 - 4 + 80), rel=0.01)


# ---- reading


def test_an_entry_is_read_as_it_stands() -> None:
    assert parse_register(ENTRY)["visits"] == Parameter(
        "visits", 4.0, "visits a month", 0.0, 10.0, "a made-up table", "assumption", "assumed", "How many."
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "  unit: visits a month\n",
            "",
            "needs exactly value, unit, low, high, source, evidence, status, description; has value, low",
        ),
        ("  unit: visits a month\n", "  unit: visits a month\n  prior: normal\n", "has value, unit, prior, low"),
        ("evidence: assumption", "evidence: hearsay", "evidence must be one of official statistic, controlled study"),
        ("status: assumed", "status: guessed", "status one of calibrated, published, assumed, scenario"),
        ("value: 4", "value: 11", "11 lies outside 0 to 10"),
        ("value: 4", "value: four", "value must be a number, not 'four'"),
        ("value: 4", "value: true", "value must be a number, not True"),
        ("low: 0", "low:", "low must be a number, not None"),
        ("value: 4", "value: .nan", "nan lies outside 0 to 10"),
        ('source: "a made-up table"', "source:", "says nothing under source"),
        ('description: "How many."', 'description: " "', "says nothing under description"),
    ],
)
def test_a_faulty_entry_is_refused_with_its_key_and_what_would_be_right(old: str, new: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_register(ENTRY.replace(old, new))
    assert str(caught.value).startswith("parameters.yaml, key 'visits': ")
    assert message in str(caught.value)


def test_the_register_has_as_many_entries_as_names() -> None:
    assert len(REGISTER) == len(set(REGISTER)) > 150


# ---- what a type checker knows


def test_the_stub_names_every_parameter_that_is_registered() -> None:
    assert STUB.read_text(encoding="utf-8") == stub_text(), "python -m cinsim.reference.stub writes it anew"


def test_a_misspelt_parameter_is_an_error_of_types(tmp_path: Path) -> None:
    shutil.copy(STUB, tmp_path)  # alone, for checking what the package imports takes a minute
    read = "from parameters import parameters_from\n\np = parameters_from()\ndays: float = p.{}\n"
    (tmp_path / "right.py").write_text(read.format("report_lead_days"), encoding="utf-8")
    (tmp_path / "wrong.py").write_text(read.format("report_led_days"), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file", os.devnull, "--no-incremental", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert [line for line in done.stdout.splitlines() if "error" in line and "Found" not in line] == [
        'wrong.py:4: error: "Parameters" has no attribute "report_led_days"; maybe "report_lead_days"?  [attr-defined]'
    ], done.stderr
