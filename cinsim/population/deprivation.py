"""What the deprivation of an area's children means for its referrals: how many come, and how severe they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cinsim.reference.parameters import Parameters


def referral_factor(shares: Sequence[float], p: Parameters) -> float:
    """Return the mean of exp(deprivation) over an area's children: what deprivation alone does to its referral rate.

    ``shares`` are those of children by national quintile, least deprived first.
    """
    return float(np.dot(shares, np.exp(p.deprivation_log_rate)))


def referred_deprivation(shares: Sequence[float], p: Parameters) -> float:
    """Return the mean of deprivation's part in the need of referred children, in log referral rate."""
    weight = np.asarray(shares) * np.exp(p.deprivation_log_rate)
    return float(np.dot(weight, p.deprivation_log_rate) / weight.sum())
