"""How long a year is, in days and in working days."""

from __future__ import annotations

from typing import Final

DAYS_PER_YEAR: Final = 365.25
WORKING_DAYS_PER_YEAR: Final = 253
"""Of England; at which a calendar continues beyond what it knows."""
