"""Children known to be open on a day, from which a run can start in place of a warm-up."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class OpenStage(IntEnum):
    """Where a child who is open stands on the pathway."""

    ASSESSMENT = 0
    SHORT_HELP = 1
    CHILD_IN_NEED = 2
    CHILD_PROTECTION = 3
    LOOKED_AFTER = 4
    DISABILITY_SERVICE = 5
    CARE_LEAVER = 6


@dataclass(frozen=True, slots=True)
class InitialCaseload:
    """The children open at the end of a day; all arrays have one entry a child.

    Attributes
    ----------
    on : the day, the last before the run.
    birth : dates of birth, expected ones of the unborn. sex : 0 male, 1 female, -1 not known. ethnicity, disabled,
        need_category : as in :class:`cinsim.population.children.Children`.
    stage : :class:`OpenStage`. referred, since : dates of the referral and of the start of the stage.
    source : of the referral, code of Detail.
    previous_cpps : child protection plans before the one that is open.
    assessed_since : start of an assessment still open, NaT for none. enquired_since : of a section 47 enquiry still open.
    content : hash of the file it was read from, "" where there is none. told : what was left out of that file, in lines that
        name no child.
    """

    on: np.datetime64
    birth: NDArray[np.datetime64]
    sex: NDArray[np.int8]
    ethnicity: NDArray[np.int8]
    disabled: NDArray[np.bool_]
    need_category: NDArray[np.int8]
    stage: NDArray[np.int8]
    referred: NDArray[np.datetime64]
    since: NDArray[np.datetime64]
    source: NDArray[np.int16]
    previous_cpps: NDArray[np.int16]
    assessed_since: NDArray[np.datetime64]
    enquired_since: NDArray[np.datetime64]
    content: str = ""
    told: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.birth)

    @property
    def by_stage(self) -> dict[str, int]:
        """How many children stand where."""
        return {kind.name.lower(): int((self.stage == kind).sum()) for kind in OpenStage}

    @property
    def digest(self) -> str:
        """A hash of all that a run takes over, however the file it came from was written."""
        seen = hashlib.blake2b(str(self.on).encode(), digest_size=16)
        for field in fields(self):
            values = getattr(self, field.name)
            if isinstance(values, np.ndarray):
                seen.update(f"{field.name} {values.dtype} ".encode() + np.ascontiguousarray(values).tobytes())
        return seen.hexdigest()
