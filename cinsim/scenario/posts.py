"""A planner's own list of posts: a CSV file, or rows in the scenario, each checked by itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from cinsim.engine.totals import sum_in_order
from cinsim.errors import InputError, quoted, short_path
from cinsim.files import existing, read_text
from cinsim.numerals import number
from cinsim.scenario.names import ROLES, SCREENING, TEAMS
from cinsim.scenario.problems import KeyProblems, Place, Said, did_you_mean
from cinsim.scenario.reading import Located
from cinsim.spreadsheets import WRITE_A_DATE, limited_lines, read_date, read_table

POSTS_KEY: Final = "workforce.posts"
COLUMNS: Final = ("role", "team", "fte", "agency", "start_date")
CONFERENCES: Final = "conferences"
LISTED_TEAMS: Final = (*TEAMS, CONFERENCES)
LISTED_ROLES: Final = tuple(role for role in ROLES if role != SCREENING)  # the team says who screens
FAMILY_SUPPORT: Final = "family_support_workers"
CASE_HOLDERS: Final = ("social_workers", "senior_practitioners", "newly_qualified")
_CASE_TEAMS: Final = ("assessment", "cin_and_cp", "looked_after")
_AGENCY: Final[Mapping[str, Literal["yes", "no", "vacant"]]] = {
    "yes": "yes", "true": "yes", "agency": "yes", "no": "no", "false": "no", "permanent": "no", "vacant": "vacant",
}  # fmt: skip
_TEAMS_OF: Final = {
    "conference_chairs": (CONFERENCES,),
    FAMILY_SUPPORT: ("cin_and_cp",),
    "practice_supervisors": ("assessment", "cin_and_cp", "disabled_children", "looked_after"),
    **dict.fromkeys(CASE_HOLDERS, TEAMS),
}
MOST_FTE: Final = 1.0
MOST_POSTS: Final = 5_000
"""Rows of a list; the largest authorities of England have about a thousand posts."""
_MOST_BYTES: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class ListedPost:
    """One post: who is in it on the first reported day, from when; ``agency`` is "vacant" where nobody is."""

    role: str
    team: str
    fte: float
    agency: Literal["yes", "no", "vacant"] = "no"
    start_date: date | None = None

    def plain(self) -> dict[str, Any]:
        """Return the row as plain data, from which an equal one is read."""
        row: dict[str, Any] = {"role": self.role, "team": self.team, "fte": self.fte, "agency": self.agency}
        return row if self.start_date is None else {**row, "start_date": self.start_date.isoformat()}


def posts_in_words(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return how many posts some rows hold, as plain data, for where there is no room for them."""
    return f"{len(rows)} posts, {sum_in_order(row['fte'] for row in rows):g} full-time equivalents"


def _word(value: object) -> str:
    return str(value).strip().lower().replace("-", "_").replace(" ", "_")


def _one_of(value: object, known: Sequence[str]) -> str:
    word = _word(value)
    if word in known:
        return word
    if f"{word}s" in known:
        return f"{word}s"
    raise ValueError(f"{quoted(str(value))} is not known: one of {', '.join(known)}{did_you_mean(word, known)}")


def _fte(value: object) -> float:
    try:
        # bool is a whole number to Python, and no size of a post
        fte = number(value) if isinstance(value, str) else math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        fte = math.nan
    if not math.isfinite(fte):
        raise ValueError(f"{quoted(value)} is not a number of full-time equivalents: write e.g. 1 or 0.6")
    if fte <= 0.0:
        raise ValueError(f"{fte:g} gives the post no hours: write more than 0 and at most {MOST_FTE:g} full-time equivalent")
    if fte > MOST_FTE:
        raise ValueError(f"{fte:g} is more than one person: a row is one post, of at most {MOST_FTE:g} full-time equivalent")
    return fte


def _agency(value: object) -> Literal["yes", "no", "vacant"]:
    word = _word(value)
    if word not in _AGENCY:
        raise ValueError(f"{quoted(value)} is not known: yes (agency worker), no (permanent) or vacant (nobody)")
    return _AGENCY[word]


def _day(value: object) -> date:
    try:
        if isinstance(value, datetime):
            return value.date()
        return value if isinstance(value, date) else read_date(str(value))
    except ValueError as error:
        raise ValueError(f"{quoted(value)} {error}: {WRITE_A_DATE}") from None


def _row(value: object) -> tuple[ListedPost | None, list[tuple[str, Said]]]:
    """Return a row read, or what is wrong with it by column."""
    if isinstance(value, ListedPost):
        value = value.plain()
    if not isinstance(value, Mapping):
        return None, [("", f"{quoted(value)} stands where a row is needed, with {', '.join(COLUMNS)}")]
    problems: list[tuple[str, Said]] = [
        (str(name), lambda name=str(name): _unknown_column(name))  # type: ignore[misc]
        for name in value
        if name not in COLUMNS
    ]
    read: dict[str, Any] = {}
    readers = {
        "role": lambda v: _one_of(v, LISTED_ROLES),
        "team": lambda v: _one_of(v, LISTED_TEAMS),
        "fte": _fte,
        "agency": _agency,
    }
    for name, reader in (*readers.items(), ("start_date", _day)):
        held = value.get(name)
        empty = held is None or (isinstance(held, str) and not held.strip())
        if empty and name in ("role", "team", "fte"):
            right = "a number of full-time equivalents, e.g. 0.6" if name == "fte" else f"one of {', '.join(_names_of(name))}"
            problems.append((name, f"column '{name}' is empty: write {right}"))
        elif not empty:
            try:
                read[name] = reader(held)
            except ValueError as error:
                problems.append((name, f"column '{name}': {error}"))
    if "role" in read and "team" in read and read["team"] not in _TEAMS_OF[read["role"]]:
        teams = ", ".join(_TEAMS_OF[read["role"]])
        problems.append(("team", f"column 'team': {read['role']} have no work in the team {read['team']}: one of {teams}"))
    return (None if problems else ListedPost(**read)), problems


def _unknown_column(name: str) -> str:
    return f"unknown column{did_you_mean(name, COLUMNS)}; it may be one of {', '.join(COLUMNS)}"


def _names_of(column: str) -> Sequence[str]:
    return LISTED_ROLES if column == "role" else LISTED_TEAMS


def _to_posts(value: object) -> tuple[ListedPost, ...]:
    if isinstance(value, str):
        raise ValueError(
            f"{quoted(value)} is a path, which is read where the scenario is a file; "
            "in Python give rows, or posts.read_posts(path)"
        )
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("must be the path of a CSV file, or a list of one or more rows")
    if len(value) > MOST_POSTS:
        raise ValueError(f"lists {len(value):,} posts: at most {MOST_POSTS:,}, as the list is of one authority")
    posts: list[ListedPost] = []
    problems: list[tuple[tuple[str, ...], Said]] = []
    for place, given in enumerate(value):
        post, wrong = _row(given)
        problems += [((str(place), column) if column else (str(place),), said) for column, said in wrong]
        if post is not None:
            posts.append(post)
    if not problems:
        problems += [((), said) for said in _missing_teams(posts)]
    if problems:
        raise KeyProblems(problems)
    return tuple(posts)


def _missing_teams(posts: Sequence[ListedPost]) -> Iterator[str]:
    """Yield the teams in which a list of case holders leaves nobody to hold cases."""
    teams = {post.team for post in posts if post.role in CASE_HOLDERS}
    if teams - {"front_door"}:
        for team in _CASE_TEAMS:
            if team not in teams:
                yield (
                    f"nobody holds cases in the team {team}: a list that names social workers, senior practitioners or newly "
                    "qualified workers names all of them, in assessment, cin_and_cp and looked_after at least"
                )


Posts = Annotated[
    tuple[ListedPost, ...],
    PlainValidator(_to_posts, json_schema_input_type=str),
    PlainSerializer(lambda posts: [post.plain() for post in posts], return_type=list[dict[str, Any]]),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "object"}, "minItems": 1}],
            "examples": ["posts.csv"],
            "unit": "path of a CSV file, or rows",
        }
    ),
]
"""Posts as a planner knows them, one a row."""


def _column(name: str) -> str:
    word = _word(name)
    return "start_date" if word in ("start", "started") else word


def read_posts(path: Path, *, place: Place | None = None) -> Located:
    """Read a CSV of posts into rows that know their lines; what stands in them is checked with the scenario.

    Parameters
    ----------
    place
        Where the file is named, for messages about the file as a whole.

    Raises
    ------
    InputError
        The file is missing, not UTF-8 text, empty, or lacks a column.
    """
    named = place or Place(path)
    key = POSTS_KEY
    try:
        if not existing(path):
            beside = [file.name for file in sorted(path.parent.glob("*.csv"))] if path.parent.is_dir() else []
            raise InputError(f"there is no such file{did_you_mean(path.name, beside)}", path=path)
        text = read_text(path, kind="list of posts (CSV)", most=_MOST_BYTES)
    except InputError as error:
        if error.line is not None:  # of the list itself
            raise InputError(error.message, path=path, line=error.line, key=key) from None
        raise InputError(f"{short_path(path)}: {error.message}", path=named.path, line=named.line, key=key) from None
    lines = limited_lines(StringIO(text, newline=""), path)
    header, cells = read_table(lines, path, name_of=_column, never_empty=COLUMNS[:3], key=key)
    missing = [name for name in COLUMNS[:3] if name not in header]
    if missing:
        said = f"lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}"
        raise InputError(f"{said}; the first line names {', '.join(COLUMNS)}", path=path, line=1, key=key)
    rows = []
    for line, row in islice(cells, MOST_POSTS + 1):
        at = Place(path, line)
        rows.append(Located({name: Located(cell, at) for name, cell in zip(header, row, strict=True) if name}, at))
    if len(rows) > MOST_POSTS:
        raise InputError(f"holds more than {MOST_POSTS:,} posts; a list is of one authority", path=path, key=key)
    if not rows:
        raise InputError("holds no posts below its first line", path=path, line=1, key=key)
    return Located(rows, named)
