"""The result of stage one: best values, what is known of them, and every target as the model reproduces it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from cinsim.calibration.links import slope, unlinked
from cinsim.calibration.moments import Array, Found
from cinsim.calibration.point_file import FORMAT, stored_point
from cinsim.calibration.priors import Space
from cinsim.calibration.targets import Target, Targets
from cinsim.errors import InputError
from cinsim.files import existing

# the standard of a good fit: within so many of its errors, or so much of the value, whichever is larger
ERRORS_ALLOWED: Final = 2.0
SHARE_ALLOWED: Final = 0.03
POINTS_ALLOWED: Final = 3.0
DAYS_ALLOWED: Final = 2.0


@dataclass(frozen=True)
class PointFit:
    """The best point of a fit and its surroundings.

    Attributes
    ----------
    structure, year : what was fitted. run : years, warm-up, seed and version of the model.
    found : point, Jacobian, covariance and simulated means, in prior units and on the targets' scales.
    held : the value of every parameter that was not fitted.
    """

    structure: str
    year: int
    run: Mapping[str, Any]
    space: Space
    targets: Targets
    found: Found
    held: Mapping[str, float]

    @property
    def values(self) -> dict[str, float]:
        """The fitted parameters' values, in the register's units."""
        return self.space.values(self.found.units)

    @property
    def spreads(self) -> Array:
        """Standard deviation of each fitted parameter in prior units: 1 where the data say nothing, 0 where they say all."""
        return np.sqrt(np.diag(self.found.covariance))

    def interval(self, name: str) -> tuple[float, float]:
        """Return the central 90% of a parameter, in its unit."""
        place = self.space.names.index(name)
        prior, centre, spread = self.space.priors[place], self.found.units[place], self.spreads[place]
        reach = 1.6448536269514722 * spread
        low, high = (min(max(centre + side, self.space.low[place]), self.space.high[place]) for side in (-reach, reach))
        return prior.value(float(low)), prior.value(float(high))

    def table(self) -> pd.DataFrame:
        """Return one row a target: published, simulated, its standard error, how many errors off, and whether that is close."""
        rows = []
        for place, target in enumerate(self.targets):
            simulated = float(unlinked(self.found.simulated[place], target.link))
            chance = self.found.noise[place] / math.sqrt(self.found.replications) / slope(simulated, target.link)
            rows.append(
                {
                    "target": target.name, "measure": target.measure, "group": target.group, "flag": target.flag,
                    "published": target.value, "standard_error": target.standard_error, "discrepancy": target.discrepancy,
                    "simulated": simulated, "simulated_error": chance,
                    "errors_off": (simulated - target.value) / math.hypot(target.error, chance),
                    "close": is_close(target, simulated),
                }
            )  # fmt: skip
        return pd.DataFrame(rows)


def is_close(target: Target, simulated: float) -> bool:
    """Return whether a simulated value meets the standard set for a fit.

    Rates and percentages: within 2 errors or 3%, whichever is larger; duration bands within 3 points; days within 2.
    """
    apart = abs(simulated - target.value)
    allowed = max(ERRORS_ALLOWED * target.error, SHARE_ALLOWED * abs(target.value))
    if target.link == "identity":
        allowed = DAYS_ALLOWED
    elif "_duration_" in target.measure and target.link == "logit":
        allowed = POINTS_ALLOWED
    return bool(apart <= allowed)


def write_point(fit: PointFit, path: Path) -> None:
    """Write a fit as JSON."""
    found = fit.found
    content = {
        "format": FORMAT, "structure": fit.structure, "year": fit.year, "run": dict(fit.run),
        "objective": found.objective, "path": list(found.path), "replications": found.replications,
        "parameters": [
            {
                "name": prior.name, "value": fit.values[prior.name], "low": low, "high": high,
                "units": float(found.units[place]), "spread": float(fit.spreads[place]), "prior": asdict(prior),
            }
            for place, prior in enumerate(fit.space.priors)
            for low, high in [fit.interval(prior.name)]
        ],
        "targets": [
            {
                **asdict(target), "simulated": float(unlinked(found.simulated[place], target.link)),
                "simulated_linked": float(found.simulated[place]), "noise_linked": float(found.noise[place]),
            }
            for place, target in enumerate(fit.targets)
        ],
        "jacobian": np.round(found.jacobian, 8).tolist(), "covariance": np.round(found.covariance, 10).tolist(),
        "held": dict(fit.held),
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_point(path: Path) -> PointFit:
    """Read what :func:`write_point` wrote.

    Raises
    ------
    InputError : there is no such file, or it is not one of these.
    """
    if not existing(path):
        raise InputError("there is no fit of England yet; `cinsim calibrate england` makes it", path=path)
    stored, run = stored_point(path)
    named = Target.__dataclass_fields__
    targets = Targets(Target(**target.model_dump(include=set(named))) for target in stored.targets)
    found = Found(
        units=np.array([parameter.units for parameter in stored.parameters]),
        simulated=np.array([target.simulated_linked for target in stored.targets]),
        noise=np.array([target.noise_linked for target in stored.targets]),
        replications=stored.replications,
        jacobian=np.array(stored.jacobian),
        covariance=np.array(stored.covariance),
        objective=stored.objective,
        path=stored.path,
    )
    space = Space(parameter.prior.prior() for parameter in stored.parameters)
    return PointFit(stored.structure, stored.year, run, space, targets, found, stored.held)
