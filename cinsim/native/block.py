"""What a run starts from as one block of bytes for the native engine, and what comes of it back from one.

The engine's description of its boundary says which fields of which classes it reads, so that nothing here names any.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from operator import attrgetter
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

Tree = Sequence[Any]  # kind, name, arguments
_PLAIN: Final = {"int": "<i8", "float": "<f8"}


class BlockWriter:
    """Writes a value as the engine reads it.

    Parameters
    ----------
    classes : the fields of each class, by name, as the engine's description has them.
    literals : the texts that the engine knows, by their number.
    """

    def __init__(self, classes: Mapping[str, Sequence[tuple[str, Tree]]], literals: Sequence[str]):
        self._classes, self._literals = classes, {text: k for k, text in enumerate(literals)}
        self._parts: list[bytes] = []
        self._objects: dict[int, int] = {}
        self.arrays: list[object] = []  # that must live as long as the engine reads them

    def block(self, value: object, tree: Tree) -> bytes:
        """Return a value as bytes."""
        self._write(value, tree)
        return b"".join(self._parts)

    def _number(self, value: int) -> None:
        self._parts.append(struct.pack("<q", value))

    def _write(self, value: Any, tree: Tree) -> None:
        kind, name, inner = tree
        match kind:
            case "int" | "bool" | "any":
                self._number(int(value))
            case "float":
                self._parts.append(struct.pack("<d", value))
            case "str":
                self._number(self._literals.get(value, -1))
            case "enum":
                self._number(list(cast(type[Enum], type(value))).index(value))
            case "date":
                self._date(value)
            case "ints":
                codes = [self._literals.get(item, -1) if isinstance(item, str) else int(item) for item in value]
                self._number(len(codes))
                for code in codes:
                    self._number(code)
            case "array" | "items":
                self._array(value if kind == "array" else value.__self__)
            case "list":
                self._list(value, inner[0])
            case "dict":
                self._number(len(value))
                for key, item in value.items():
                    self._write(key, inner[0])
                    self._write(item, inner[1])
            case "tuple":
                for item, part in zip(value, inner, strict=True):
                    self._write(item, part)
            case "opt":
                self._number(value is not None)
                if value is not None:
                    self._write(value, inner[0])
            case "class" if name == "Stream":
                self._parts.append(struct.pack("<Q", value.key))
            case "class":
                self._object(value, name)
            case _:
                raise TypeError(f"a value of type {kind} cannot be given to the native engine")

    def _object(self, value: object, name: str) -> None:
        known = self._objects.get(id(value))
        if known is not None:
            self._number(known)
            return
        self._objects[id(value)] = len(self._objects)
        self._number(len(self._objects) - 1)
        for field, tree in self._classes[name]:
            self._write(getattr(value, field), tree)

    def _date(self, value: date) -> None:
        for part in (value.year, value.month, value.day):
            self._number(part)

    def _list(self, value: Sequence[Any], item: Tree) -> None:
        self._number(len(value))
        if item[0] in _PLAIN:
            self._parts.append(np.asarray(value, dtype=_PLAIN[item[0]]).tobytes())
            return
        if item[0] == "tuple" and all(part[0] in _PLAIN for part in item[2]):
            self._table(value, [part[0] for part in item[2]])
            return
        fields = self._classes.get(item[1], [])
        if fields and all(tree[0] in _PLAIN for _, tree in fields) and self._are_new(value):
            first = len(self._objects)
            self._objects |= {id(part): first + k for k, part in enumerate(value)}
            read = attrgetter(*(name for name, _ in fields))
            rows = [(first + k, *read(part)) for k, part in enumerate(value)]
            self._table(rows, ["int", *(tree[0] for _, tree in fields)])
            return
        for part in value:
            self._write(part, item)

    def _table(self, rows: Sequence[tuple[Any, ...]], kinds: Sequence[str]) -> None:
        """Write rows of plain numbers at once."""
        self._parts.append(np.array(rows, dtype=[(f"f{k}", _PLAIN[kind]) for k, kind in enumerate(kinds)]).tobytes())

    def _are_new(self, value: Sequence[object]) -> bool:
        return len({id(part) for part in value} - self._objects.keys()) == len(value)

    def _array(self, value: NDArray[np.generic]) -> None:
        array = np.ascontiguousarray(value)
        self.arrays.append(array)
        self._number(array.ctypes.data)
        self._number(array.shape[0])
        self._number(array.shape[1] if array.ndim > 1 else 1)


class BlockReader:
    """Reads a value that the engine wrote; instances of classes come back as dicts of their fields."""

    def __init__(self, data: bytes, classes: Mapping[str, Sequence[tuple[str, Tree]]]):
        self._data, self._classes, self._at = data, classes, 0

    def read(self, tree: Tree) -> Any:
        """Return the next value."""
        kind, name, inner = tree
        match kind:
            case "int" | "bool" | "float":
                (value,) = struct.unpack_from("<d" if kind == "float" else "<q", self._data, self._at)
                self._at += 8
                return bool(value) if kind == "bool" else value
            case "list":
                return self._list(inner[0])
            case "tuple":
                return tuple(self.read(part) for part in inner)
            case "class":
                return {field: self.read(part) for field, part in self._classes[name]}
        raise TypeError(f"a value of type {kind} cannot come from the native engine")

    def _list(self, item: Tree) -> list[Any]:
        size = self.read(["int", "", []])
        if item[0] == "tuple" and all(part[0] in _PLAIN for part in item[2]):
            kind = np.dtype([(f"f{k}", _PLAIN[part[0]]) for k, part in enumerate(item[2])])
            rows = np.frombuffer(self._data, dtype=kind, count=size, offset=self._at)
            self._at += rows.nbytes
            return list(rows.tolist())
        return [self.read(item) for _ in range(size)]
