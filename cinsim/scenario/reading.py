"""YAML text to plain values that know their lines.

Scenarios need only mappings, lists and scalars of YAML 1.2's core schema; anchors, aliases, tags and several documents
are refused, which also shuts out alias bombs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML, events
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from cinsim.characters import refused_character
from cinsim.errors import InputError, quoted, shortened
from cinsim.files import existing, read_text
from cinsim.scenario.problems import Place
from cinsim.scenario.shipped import where_else

MOST_CHARACTERS: Final = 1_000_000
MOST_VALUES: Final = 20_000
"""Keys and values of one document; reading takes about a tenth of a millisecond for each."""
_DEEPEST: Final = 20
_INTEGER: Final = re.compile(r"-?[0-9]+")
_NUMBER: Final = re.compile(r"-?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: Final[dict[str, Any]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}


@dataclass(frozen=True, slots=True)
class Located:
    """A value and the place it was written. ``value`` is a dict of Located by key, a list of Located, or a scalar."""

    value: Any
    place: Place

    def plain(self) -> Any:
        """Return the value without places."""
        if isinstance(self.value, dict):
            return {key: below.plain() for key, below in self.value.items()}
        if isinstance(self.value, list):
            return [below.plain() for below in self.value]
        return self.value

    def place_of(self, key: str) -> Place:
        """Return the place of a dotted key, or of the nearest one above it that was written."""
        at = self
        for step in key.split("."):
            if isinstance(at.value, dict) and step in at.value:
                at = at.value[step]
            elif isinstance(at.value, list) and step.isdigit() and int(step) < len(at.value):
                at = at.value[int(step)]
            else:
                break
        return at.place


def read_file(path: Path, kind: str = "scenario file") -> Located:
    """Read a file of one YAML document.

    Raises
    ------
    InputError
        It cannot be read, see :func:`cinsim.files.read_text`, or see :func:`read_yaml`.
    """
    if not existing(path, kind=kind) and (elsewhere := where_else(path)):
        raise InputError(f"there is no such file{elsewhere}", path=path)
    # a character is four bytes at most
    return read_yaml(read_text(path, kind=kind, most=4 * MOST_CHARACTERS), path)


def read_yaml(text: str, path: Path | str | None, line_offset: int | None = 0) -> Located:
    """Read one YAML document.

    Parameters
    ----------
    path
        The file the text stands in, for messages.
    line_offset
        Added to every line; None when the text has no lines of its own, as in ``--set``.

    Raises
    ------
    InputError
        Not YAML, or YAML that scenarios do not use.
    """
    return _Reader(text, path, line_offset).document()


class _Reader:
    """Builds one document out of ruamel's parse events."""

    def __init__(self, text: str, path: Path | str | None, line_offset: int | None):
        self._path, self._offset = path, line_offset
        if len(text) > MOST_CHARACTERS:
            raise InputError(f"has {len(text):,} characters: too long for a scenario", path=path)
        self._events = self._parsed(text)

    def _parsed(self, text: str) -> list[Any]:
        """Return the events of the first document, and the start of a second; stops at what is too deep or too much."""
        try:
            return list(self._bounded(text))
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = self._place(mark) if mark is not None else Place(self._path)
            what = shortened((error.problem or "").strip(), 200).replace("'<stream end>'", "the end of the text")
            if "'\\t'" in what:
                what = "a tab; indent with spaces"
            if "mapping values are not allowed" in what:
                what = "a second ': ' on the line; put a text that holds one in quotation marks"
            context = f" ({shortened(error.context.strip(), 200)})" if error.context else ""
            raise InputError(f"not valid YAML: {what}{context}", path=place.path, line=place.line) from None
        except YAMLError as error:  # characters that YAML does not allow have no mark
            raise InputError(f"not valid YAML: {shortened(' '.join(str(error).split()), 200)}", path=self._path) from None
        except ValueError:  # an escape beyond the last character there is
            raise InputError("not valid YAML: an escape such as \\U00110000 names no character", path=self._path) from None

    def _bounded(self, text: str) -> Iterator[Any]:
        depth = documents = values = 0
        for event in YAML(pure=True).parse(text):
            yield event
            if isinstance(event, events.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    return
            elif isinstance(event, events.CollectionEndEvent):
                depth -= 1
            elif isinstance(event, events.NodeEvent):
                values += 1
                if values > MOST_VALUES:
                    raise self._refuse(
                        f"holds more than {MOST_VALUES:,} keys and values: too many for a scenario", event.start_mark
                    )
                # while it is parsed: the parser's time grows with the square of the depth
                if depth > _DEEPEST:
                    raise self._refuse(f"nested more than {_DEEPEST} deep", event.start_mark)
                depth += isinstance(event, events.CollectionStartEvent)

    def _place(self, mark: Any) -> Place:
        return Place(self._path, None if self._offset is None else mark.line + 1 + self._offset)

    def _refuse(self, message: str, mark: Any) -> InputError:
        place = self._place(mark)
        return InputError(message, path=place.path, line=place.line)

    def document(self) -> Located:
        self._events.reverse()
        self._events.pop()  # the stream starts
        if isinstance(self._events[-1], events.StreamEndEvent):
            return Located(None, Place(self._path, None))
        self._events.pop()  # the document starts
        root = self._node()
        self._events.pop()  # the document ends
        following = self._events.pop()
        if isinstance(following, events.DocumentStartEvent):
            raise self._refuse(
                "a second document starts here; a scenario is one document without '---' inside", following.start_mark
            )
        return root

    def _node(self) -> Located:
        event = self._events.pop()
        if isinstance(event, events.AliasEvent) or event.anchor is not None:
            raise self._refuse(
                "anchors and aliases (&, *) are not used in scenarios; write the value out, or use extends", event.start_mark
            )
        place = self._place(event.start_mark)
        if isinstance(event, events.ScalarEvent):
            if event.tag is not None:
                raise self._refuse(f"tags such as {shortened(str(event.tag))} are not used in scenarios", event.start_mark)
            if wrong := refused_character(event.value):
                raise self._refuse(f"{quoted(event.value)} {wrong}", event.start_mark)
            return Located(_scalar(event.value) if event.style in (None, "") else event.value, place)
        if event.tag is not None:
            raise self._refuse(f"tags such as {shortened(str(event.tag))} are not used in scenarios", event.start_mark)
        if isinstance(event, events.SequenceStartEvent):
            items = []
            while not isinstance(self._events[-1], events.SequenceEndEvent):
                items.append(self._node())
            self._events.pop()
            return Located(items, place)
        return Located(self._mapping(), place)

    def _mapping(self) -> dict[str, Located]:
        found: dict[str, Located] = {}
        lines: dict[str, int | None] = {}
        while not isinstance(self._events[-1], events.MappingEndEvent):
            mark = self._events[-1].start_mark
            key = self._node()
            if isinstance(key.value, dict | list):
                raise self._refuse("a key must be a name, not a list or a mapping", mark)
            name = key.value if isinstance(key.value, str) else str(key.plain())
            if name in found:
                first = f"; first on line {lines[name]}" if lines[name] is not None else ""
                raise self._refuse(f"the key '{shortened(name)}' stands twice{first}", mark)
            value = self._node()
            # a nested mapping's place is its key's line, where the eye looks for it
            found[name] = Located(value.value, key.place) if isinstance(value.value, dict | list) else value
            lines[name] = key.place.line
            if value.value is None:
                found[name] = Located(None, key.place)
        self._events.pop()
        return found


def _scalar(text: str) -> Any:
    """Return a plain scalar as YAML 1.2 reads it, except that ``+5`` stays text: a sign is a change's, not a number's."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= 30 else text
    return float(text) if _NUMBER.fullmatch(text) else text
