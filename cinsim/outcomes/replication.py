"""What outcomes need to know of one replication, so that nothing of the simulation has to be imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cinsim.engine.clock import Calendar
from cinsim.engine.record import EventRecord
from cinsim.errors import InputError


class PopulationLike(Protocol):
    """Children, one entry each in every array; the index is the child's number in the record.

    ``need`` is [children, quarters] in log units without help, constant within the quarters that ``quarter_times``
    (working days, one more entry than quarters) delimit. What happened to a child before the run may be offered in
    ``ever_referred_before``, ``ever_assessed_before``, ``ever_cin_before`` and ``ever_cpp_before`` (bool),
    ``previous_cpps`` (number of plans) and ``last_referral`` (working-day time, NaN for none); each is optional.
    """

    @property
    def birth(self) -> NDArray[np.datetime64]: ...  # noqa: D102
    @property
    def entered(self) -> NDArray[np.float64]: ...  # noqa: D102
    @property
    def leaves(self) -> NDArray[np.float64]: ...  # noqa: D102
    @property
    def sex(self) -> NDArray[np.int8]: ...  # noqa: D102
    @property
    def quintile(self) -> NDArray[np.int8]: ...  # noqa: D102
    @property
    def ethnicity(self) -> NDArray[np.int8]: ...  # noqa: D102
    @property
    def disabled(self) -> NDArray[np.bool_]: ...  # noqa: D102
    @property
    def need_category(self) -> NDArray[np.int8]: ...  # noqa: D102
    @property
    def need(self) -> NDArray[np.float32]: ...  # noqa: D102
    @property
    def quarter_times(self) -> NDArray[np.float64]: ...  # noqa: D102


class WorkerLike(Protocol):
    """One worker: ``number`` is the record's ``resource``; ``role`` and ``team`` are codes of Detail; ``left`` may be inf."""

    @property
    def number(self) -> int: ...  # noqa: D102
    @property
    def role(self) -> int: ...  # noqa: D102
    @property
    def team(self) -> int: ...  # noqa: D102
    @property
    def fte(self) -> float: ...  # noqa: D102
    @property
    def agency(self) -> bool: ...  # noqa: D102
    @property
    def started(self) -> float: ...  # noqa: D102
    @property
    def left(self) -> float: ...  # noqa: D102


class PostLike(Protocol):
    """One funded post: ``role`` and ``team`` are codes of Detail, ``opens`` and ``closes`` are working days, maybe inf."""

    @property
    def role(self) -> int: ...  # noqa: D102
    @property
    def team(self) -> int: ...  # noqa: D102
    @property
    def fte(self) -> float: ...  # noqa: D102
    @property
    def opens(self) -> float: ...  # noqa: D102
    @property
    def closes(self) -> float: ...  # noqa: D102


class ReplicationLike(Protocol):
    """One replication of one area."""

    @property
    def record(self) -> EventRecord: ...  # noqa: D102
    @property
    def calendar(self) -> Calendar: ...  # noqa: D102
    @property
    def population(self) -> PopulationLike: ...  # noqa: D102
    @property
    def workers(self) -> Sequence[WorkerLike]: ...  # noqa: D102
    @property
    def posts(self) -> Sequence[PostLike]: ...  # noqa: D102
    @property
    def reported_years(self) -> range: ...  # noqa: D102
    @property
    def parameters(self) -> Mapping[str, float]: ...  # noqa: D102
    @property
    def national_thresholds(self) -> Mapping[str, float]: ...  # noqa: D102
    @property
    def work_notes(self) -> NDArray[np.float64]: ...  # noqa: D102
    @property
    def queue_notes(self) -> NDArray[np.float64]: ...  # noqa: D102


def parameter(replication: ReplicationLike, name: str) -> float:
    """Return a parameter of the run.

    Raises
    ------
    InputError
        The run does not hold it.
    """
    try:
        return float(replication.parameters[name])
    except KeyError:
        raise InputError(f"the measures need the parameter '{name}', which this run does not hold", key=name) from None


def history(population: PopulationLike, name: str) -> NDArray[Any] | None:
    """Return an optional array on what happened to the children before the run, or None where it is not offered."""
    return getattr(population, name, None)
