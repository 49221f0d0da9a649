"""How a table is fitted into a line of so many characters: text is folded, columns move to further tables, nothing is cut."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

GAP = 2
_COMFORTABLE = 24  # characters of a folded text that still read well
# a name of several words is broken behind an underscore or a slash, but no number is: 1/2 and 2024/25 stay whole
_PIECES = re.compile(r"(?<=[_/])(?=[^\W\d_])|(?<=[^\W\d_][_/])(?=\d)")


@dataclass(frozen=True, slots=True)
class Table:
    """Some columns of a table, with the characters each has."""

    columns: tuple[int, ...]
    widths: tuple[int, ...]


def cells(text: str) -> int:
    """Return how many characters' room a text takes in a terminal."""
    from rich.cells import cell_len

    return cell_len(text)


def folded(text: str, width: int) -> list[str]:
    """Return a text in lines of at most ``width``, broken between words; a piece that is longer stays whole."""
    lines = [""]
    for word in text.split(" "):
        apart = " " if lines[-1] else ""
        for piece in _PIECES.split(word):
            if lines[-1] and cells(lines[-1] + apart + piece) > width:
                lines.append("")
                apart = ""
            lines[-1] += apart + piece
            apart = ""
    return lines


def tables_of(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[int], kept: int, room: int
) -> list[Table]:
    """Return the tables, one beneath the other, in which all columns fit into lines of ``room`` characters.

    Each starts with the first ``kept`` columns, or with the first alone where more of them leave no room for another. The
    lines of a table are longer only where its words and numbers are.

    Parameters
    ----------
    numbers : columns whose values are folded only where there is no other way, and then between one number and the next.
    """
    everything = [[heading, *(row[place] for row in rows)] for place, heading in enumerate(headings)]
    natural = [max(map(cells, texts)) for texts in everything]
    least = [max(map(_longest_piece, texts)) for texts in everything]
    good = [_reads_well(texts, whole=place in numbers) for place, texts in enumerate(everything)]
    measured = _Measured(natural, good, least, frozenset(numbers))
    if _line(good) <= room:
        return [measured.table(range(len(headings)), room)]
    if kept > 1 and any(_line([*good[:kept], width]) > room for width in good[kept:]):
        kept = 1
    blocks: list[list[int]] = [[]]
    for place in range(kept, len(headings)):
        if blocks[-1] and _line([*good[:kept], *(good[column] for column in blocks[-1]), good[place]]) > room:
            blocks.append([])
        blocks[-1].append(place)
    return [measured.table([*range(kept), *block], room) for block in blocks]


@dataclass(frozen=True, slots=True)
class _Measured:
    """The characters that each column takes: unfolded, folded so that it reads well, folded as far as can be."""

    natural: Sequence[int]
    good: Sequence[int]
    least: Sequence[int]
    numbers: frozenset[int]

    def table(self, columns: Sequence[int], room: int) -> Table:
        """Return the columns with what room there is: the most folded text grows first and shrinks first."""
        widths = {place: self.good[place] for place in columns}
        while _line(widths.values()) < room and (short := [p for p in columns if widths[p] < self.natural[p]]):
            widths[max(short, key=lambda place: (place not in self.numbers, self.natural[place] / widths[place]))] += 1
        while _line(widths.values()) > room and (wide := [p for p in columns if widths[p] > self.least[p]]):
            widths[max(wide, key=lambda place: (place not in self.numbers, widths[place] - self.least[place]))] -= 1
        return Table(tuple(columns), tuple(widths[place] for place in columns))


def _reads_well(texts: Sequence[str], *, whole: bool) -> int:
    """Return the characters that a column is given while there is room: numbers are whole, texts are not too narrow."""
    least = max(map(_longest_piece, texts))
    return max(least, *(cells(text) if whole and place else min(cells(text), _COMFORTABLE) for place, text in enumerate(texts)))


def _line(widths: Iterable[int]) -> int:
    every = list(widths)
    return sum(every) + GAP * (len(every) - 1)


def _longest_piece(text: str) -> int:
    return max(cells(piece) for word in text.split(" ") for piece in _PIECES.split(word))
