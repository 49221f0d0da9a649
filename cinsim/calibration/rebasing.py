"""Corrections fitted to an authority's own return, as a run takes them: on top of its published figures, not the return's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cinsim.calibration.authorities import AreaFits
from cinsim.calibration.point import PointFit
from cinsim.policy.national import own_thresholds
from cinsim.reference.areas import Area
from cinsim.reference.parameters import parameters_from
from cinsim.simulation.replicate import referral_level


def rebased(fits: AreaFits, fit: PointFit, published: Sequence[Area]) -> AreaFits:
    """Return fits whose corrections start from the closed form of other figures of the same areas.

    A fit to a return corrects what follows in closed form from the return's figures. A run of the authority starts from its
    published ones: what lies between the two goes into the correction.

    Parameters
    ----------
    fits : of areas with the figures that they were fitted to. published : the same areas as a run finds them.
    """
    p = parameters_from(fit.values)
    names = fits.corrections.names
    moved = fits.corrections.values.copy()
    for row, (own, other) in enumerate(zip(fits.areas, published, strict=True)):
        ours, theirs = (own_thresholds(area, p, corrected=False) for area in (own, other))
        for place, name in enumerate(names):
            if name == "referral_level":
                moved[row, place] += np.log(referral_level(own, p) / referral_level(other, p))
            elif name.startswith("threshold_"):
                threshold = name.removeprefix("threshold_")
                moved[row, place] += getattr(ours, threshold) - getattr(theirs, threshold)
    return replace(fits, corrections=replace(fits.corrections, values=moved))
