"""The national set of thresholds that a policy moves authorities to: a point of the distribution over authorities, or given."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import lru_cache
from statistics import quantiles

from cinsim.policy.thresholds import Thresholds, area_thresholds, national_thresholds
from cinsim.population.deprivation import referred_deprivation
from cinsim.reference.areas import MEASURES_OF_AREAS, Area, average_authority, usable_authorities
from cinsim.reference.calibrated import area_correction
from cinsim.reference.parameters import THRESHOLDS, Parameters, parameters_from


def figures_of(area: Area) -> dict[str, float | None]:
    """Return an area's last published figures by name; None where one never was."""
    return {name: area.last_published(name) for name in MEASURES_OF_AREAS}


def own_thresholds(area: Area, p: Parameters, *, corrected: bool = True) -> Thresholds:
    """Return the thresholds an authority works by, from its published conversion rates and its children's deprivation.

    Where children are more deprived, referred need is higher; an authority there that passes on the same shares as
    England does so at thresholds as much higher. What simulations showed this to miss is added (``corrected``).
    """
    england = average_authority()
    own = area_thresholds(national_thresholds(p), figures_of(area), figures_of(england), p)
    higher = referred_deprivation(area.deprivation_shares, p) - referred_deprivation(england.deprivation_shares, p)
    own = own.shifted(dict.fromkeys(THRESHOLDS, higher))
    return own.shifted(area_correction(area.area_code).plus) if corrected else own


def national_set(reference: str | Mapping[str, float], p: Parameters) -> Thresholds:
    """Return the national set of thresholds.

    Parameters
    ----------
    reference : ``median`` or a percentile, ``p1`` to ``p99``, of authorities' own thresholds, each threshold by itself, linear
        between neighbours; or values for some thresholds, the others being the median's.
    """
    if isinstance(reference, str):
        return _quantile_set(reference, tuple(sorted(p.values.items())))
    return replace(national_set("median", p), **reference)


@lru_cache(maxsize=8)
def _quantile_set(reference: str, values: tuple[tuple[str, float], ...]) -> Thresholds:
    p = parameters_from(dict(values))
    own = [own_thresholds(area, p) for area in usable_authorities()]
    percent = 50 if reference == "median" else int(reference.removeprefix("p"))

    def point(name: str) -> float:
        over_authorities = [getattr(thresholds, name) for thresholds in own]
        if any(math.isinf(x) for x in over_authorities):
            return over_authorities[0]
        return quantiles(over_authorities, n=100, method="inclusive")[percent - 1]

    set_ = {name: point(name) for name in THRESHOLDS}
    rest = {f.name: getattr(own[0], f.name) for f in fields(Thresholds) if f.name not in set_}
    return Thresholds(**set_, **rest)
