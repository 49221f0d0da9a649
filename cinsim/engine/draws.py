"""Keyed randomness: every draw belongs to its key (see :class:`Draws`), an entity and an occurrence, to nothing else.

No draw is taken from a shared stream. A uniform is the hash of its key, so it does not depend on how many draws
were made before it, on the order of events, on the number of processes or on which other decisions exist. A child
therefore meets the same luck in every scenario (common random numbers).

The hash is the finaliser of SplitMix64 (Steele, Lea and Flood 2014) over a weighted sum of the key's parts; a
decision's 64-bit key comes from BLAKE2b of seed, area, parameter draw, replication and the decision's name. A uniform
has 52 random bits and half a step, so that 0 and 1 never come out. Scalar and vectorised forms give the same bits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

_MASK = 0xFFFFFFFFFFFFFFFF
_ENTITY, _OCCURRENCE = 0x9E3779B97F4A7C15, 0xD1B54A32D192ED03
_MIX_1, _MIX_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_UNUSED_BITS = 12  # with one bit more, the largest uniform would round up to 1
_TO_UNIT = 2.0**-52
_HALF_STEP = 2.0**-53

Stream = Callable[[int, int], float]


class Draws:
    """The source of randomness of one replication.

    Parameters
    ----------
    seed, replication
        Non-negative integers.
    draw
        Number of the parameter set and ``area`` code of the authority: each has luck of its own, so that chance averages
        out over draws and over authorities.
    checking
        Refuse a key that was already drawn (a decision drawn twice is a mistake); slower, for tests.
    """

    def __init__(self, seed: int, replication: int, *, draw: int = 0, area: str = "", checking: bool = False):
        self.seed, self.replication, self.draw, self.area, self.checking = seed, replication, draw, area, checking
        self._seen: set[tuple[str, int, int]] = set()

    def _key(self, decision: str) -> int:
        text = f"{self.seed}/{self.area}/{self.draw}/{self.replication}/{decision}".encode()
        return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")

    def stream(self, decision: str, *, trait: bool = False) -> Stream:
        """Return ``uniform(entity, occurrence)`` for one decision: a float in the open interval (0, 1).

        A ``trait`` is looked at again and again and stays the same, so that checking does not refuse it.
        """
        key = self._key(decision)

        def uniform(entity: int, occurrence: int) -> float:
            z = (key + entity * _ENTITY + occurrence * _OCCURRENCE) & _MASK
            z = ((z ^ (z >> 30)) * _MIX_1) & _MASK
            z = ((z ^ (z >> 27)) * _MIX_2) & _MASK
            return ((z ^ (z >> 31)) >> _UNUSED_BITS) * _TO_UNIT + _HALF_STEP

        uniform.key = key  # type: ignore[attr-defined]  # from which the native engine draws the same
        if trait or not self.checking:
            return uniform

        def checked(entity: int, occurrence: int) -> float:
            self._note(decision, entity, occurrence)
            return uniform(entity, occurrence)

        return checked

    def _note(self, decision: str, entity: int, occurrence: int) -> None:
        if (decision, entity, occurrence) in self._seen:
            raise AssertionError(f"decision '{decision}' was drawn twice for entity {entity}, occurrence {occurrence}")
        self._seen.add((decision, entity, occurrence))

    def block(self, decision: str, entities: NDArray[np.int64], occurrence: int | NDArray[np.int64] = 0) -> NDArray[np.float64]:
        """Return the uniforms of many entities at once: the same bits as :meth:`stream` gives one by one.

        ``entities`` and ``occurrence`` broadcast against each other; the result has the broadcast shape.
        """
        if self.checking:
            for key in zip(*(part.ravel().tolist() for part in np.broadcast_arrays(entities, occurrence)), strict=True):
                self._note(decision, *key)
        entity = np.asarray(entities, dtype=np.uint64) * np.uint64(_ENTITY)
        with np.errstate(over="ignore"):  # arithmetic modulo 2**64 is what is wanted
            z = np.uint64(self._key(decision)) + entity + np.asarray(occurrence, dtype=np.uint64) * np.uint64(_OCCURRENCE)
            z = (z ^ (z >> np.uint64(30))) * np.uint64(_MIX_1)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(_MIX_2)
        return ((z ^ (z >> np.uint64(31))) >> np.uint64(_UNUSED_BITS)) * _TO_UNIT + _HALF_STEP
