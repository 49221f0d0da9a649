"""Is a release whole? Every file and column there, every row once, every code an authority's, every year complete.

What is wrong is said all at once, stage by stage: a file without its columns cannot be asked for its rows.
"""

from __future__ import annotations

from collections.abc import Iterator

from cinsim.errors import InputError, InputErrors
from cinsim.reference.published.codes import code_problems, known_authorities, untimed_code_problems
from cinsim.reference.published.columns import column_problems
from cinsim.reference.published.coverage import coverage_problems
from cinsim.reference.published.files import Release
from cinsim.reference.published.keys import twice
from cinsim.reference.published.shapes import shapes


def check_release(release: Release) -> None:
    """Raise unless the tables can be built from a release without losing any of it.

    Raises
    ------
    InputErrors : all that is wrong at the first stage that finds something.
    """
    for stage in (_columns, _rows, coverage_problems):
        problems = list(stage(release))
        if problems:
            raise InputErrors(problems)


def _columns(release: Release) -> Iterator[InputError]:
    for shape in shapes():
        try:
            table = shape.table(release)
        except InputError as error:
            yield error
            continue
        for problem in column_problems(shape.columns, list(table.rows.columns), shape.prefix):
            yield InputError(problem.message, path=table.path, key=problem.key)


def _rows(release: Release) -> Iterator[InputError]:
    try:
        known = known_authorities(release)
    except InputError as error:  # in the table against whose authorities all others are held
        yield error
        return
    for shape in shapes():
        try:
            table = shape.table(release)
            if shape.timed:
                yield from code_problems(table, shape, known)
                yield from twice(table, shape.key)
            else:
                yield from untimed_code_problems(table, shape, known)
        except InputError as error:  # a cell that cannot be read
            yield error
