"""The shape of ``results.json``; its JSON schema comes from here (``python -m cinsim.report.results.schema``)."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT: Final = 1
"""Raised when a key is renamed, leaves, or means something else; a key more leaves it as it is."""
Verdict = Literal["certain", "likely", "cannot tell", "no change"]
Number = Annotated[float, Field(allow_inf_nan=False)]


class Part(BaseModel):
    """A part of the results: frozen, and without a key that the schema does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Measure(Part):
    """A measure that the results hold, in a reader's words."""

    name: str
    label: str
    short: str
    """As a sentence has it."""
    unit: str
    """Of its values as they stand here, which may be others than in ``measures.csv``."""
    good: Literal["high", "low", "none"]
    definition: str


class Option(Part):
    """One scenario. The first is the baseline, what the others are compared with."""

    name: str
    title: str
    question: str
    baseline: bool
    changes: tuple[str, ...]
    """What it sets otherwise than the baseline, in words."""
    sentence: str
    """What it does to the outcomes and what it costs; empty for a baseline."""
    also_changed: tuple[str, ...]
    """Other measures that changed, told only where they are certain among all that were looked at."""


class Level(Part):
    """A measure of one scenario in one year."""

    option: str
    measure: str
    year: int
    mean: Number
    lower: Number | None
    upper: Number | None
    range: Literal["90%", "lowest to highest", ""]
    """What lower and upper hold: nine in ten of further runs, or the lowest and the highest; empty where there is no range."""
    of: Literal["children", "mean of authorities"]
    """Whether it is of all children together, or the mean of the authorities' own figures, which do not add up."""
    n: int
    """Draws times replications with a value."""
    text: str
    range_text: str


class Difference(Part):
    """How a scenario differs from the baseline in a measure and year, paired by draw and replication."""

    option: str
    measure: str
    year: int
    difference: Number
    lower: Number | None
    upper: Number | None
    """The 95% interval; missing where one pair, or pairs that all differ by the same, give none."""
    over: Literal["replications", "authorities"]
    """Between what the interval was taken: replications, or authorities where one replication is all there is."""
    n: int
    verdict: Verdict
    small: bool
    """Whether the whole interval lies within 1% of the baseline's level, or half a percentage point."""
    text: str
    interval_text: str
    replications_needed: int | None
    """About how many replications of each draw would tell, where it cannot."""


class Against(Part):
    """How one scenario differs from another that is not the baseline, in the last year."""

    option: str
    other: str
    measure: str
    difference: Number
    lower: Number | None
    upper: Number | None
    verdict: Verdict
    text: str


class Cost(Part):
    """One line of what a scenario costs in a year, for all children of the area."""

    option: str
    year: int
    kind: Literal["staff", "agency premium", "policy", "total"]
    item: str
    """The item of a policy's cost; empty otherwise, and for all items together."""
    pounds: Number
    more: Number | None
    """Pounds more than the baseline; null for the baseline."""
    lower: Number | None
    upper: Number | None
    verdict: Verdict | None
    text: str
    more_text: str
    interval_text: str


class Gain(Part):
    """What a point or unit of an outcome gained costs."""

    option: str
    measure: str
    pounds: Number
    text: str


class AuthorityDifference(Part):
    """How a scenario differs from the baseline in one authority."""

    difference: Number
    lower: Number | None
    upper: Number | None
    told: Literal["lower", "higher", "cannot tell", "no change in any pair"]
    """Whether the 95% interval leaves out zero; of many authorities one in twenty does by chance."""
    text: str


class AuthorityFigure(Part):
    """A measure of one authority in the last year, beside what was published."""

    measure: str
    published: Number | None
    published_year: int | None
    neighbours: Number | None
    """The middle of the published figures of its ten statistical neighbours."""
    levels: dict[str, Number]
    """Simulated, by option."""
    differences: dict[str, AuthorityDifference]


class Authority(Part):
    """One authority of the run."""

    code: str
    name: str
    region: str
    children: int
    figures: tuple[AuthorityFigure, ...]


class GroupFigure(Part):
    """A measure of a group of children in the last year, small numbers suppressed."""

    measure: str
    group: str
    label: str
    texts: dict[str, str]
    """By option: the baseline's level, the others' difference."""


class RoleHours(Part):
    """Hours of one role in one year and scenario; only of a run of one area."""

    option: str
    role: str
    year: int
    hours: Number
    overtime: Number
    used_percent: Number | None


class Return(Part):
    """The council's own return from which a run started; small numbers are "c"."""

    file: str
    census_date: str
    open_children: int | str
    counts: dict[str, int | str]
    beside: dict[str, str]
    """Measures of children open on 31 March that stand beside these counts, by count."""


class Looked(Part):
    """How many intervals a verdict allows for."""

    outcomes: int
    others: int
    against: int
    rule: str


class Source(Part):
    """What made the results."""

    cinsim: str
    code_version: str
    seed: int
    replications: int
    """Of each draw."""
    draws: int
    engine: dict[str, int]
    parameters_sha256: str
    population_fraction: Number
    command: str
    year_to_year_change: bool
    """Whether ranges hold how figures change from year to year beyond the model; only then may they be called a forecast."""


class Results(Part):
    """What a run came to."""

    format: int
    title: str
    question: str
    place: str
    years: tuple[int, ...]
    opening: str
    """How the run was made, in a sentence or two."""
    cautions: tuple[str, ...]
    outcomes: tuple[str, ...]
    """Measures that answer the question, the most important first."""
    measures: tuple[Measure, ...]
    options: tuple[Option, ...]
    levels: tuple[Level, ...]
    differences: tuple[Difference, ...]
    against: tuple[Against, ...]
    costs: tuple[Cost, ...]
    gains: tuple[Gain, ...]
    authorities: tuple[Authority, ...]
    groups: tuple[GroupFigure, ...]
    hours: tuple[RoleHours, ...]
    own_return: Return | None
    looked: Looked
    source: Source

    @property
    def baseline(self) -> Option:
        """The scenario the others are compared with."""
        return self.options[0]

    @property
    def last(self) -> int:
        """The last year, which differences are told for."""
        return self.years[-1]

    @property
    def compares(self) -> bool:
        """Whether there is more than one scenario."""
        return len(self.options) > 1

    def measure(self, name: str) -> Measure:
        """Return a measure by its name."""
        return next(each for each in self.measures if each.name == name)

    def level(self, option: str, measure: str, year: int) -> Level | None:
        """Return a level, None where the run has none."""
        wanted = (option, measure, year)
        return next((each for each in self.levels if (each.option, each.measure, each.year) == wanted), None)

    def difference(self, option: str, measure: str, year: int | None = None) -> Difference | None:
        """Return a difference from the baseline, in the last year if none is named; None where the run has none."""
        wanted = (option, measure, self.last if year is None else year)
        return next((each for each in self.differences if (each.option, each.measure, each.year) == wanted), None)

    def cost(self, option: str, kind: str, year: int | None = None, item: str = "") -> Cost | None:
        """Return a line of cost, None where there is none."""
        wanted = (option, kind, self.last if year is None else year, item)
        return next((each for each in self.costs if (each.option, each.kind, each.year, each.item) == wanted), None)
