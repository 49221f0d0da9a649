"""The types of the subset, and how each is written in C++.

A type is a kind with arguments. What may be None is ``opt``; where the C++ form is a pointer, the null pointer is None, so
that an optional one is written as the type itself.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Type:
    """A type of the subset: ``kind`` is one of the names in :data:`_FORMS`; ``name`` is that of a class or enumeration."""

    kind: str
    args: tuple[Type, ...] = ()
    name: str = ""

    def __str__(self) -> str:
        inside = ", ".join(map(str, self.args))
        return (self.name or self.kind) + (f"[{inside}]" if inside else "")


INT, FLOAT, BOOL, NONE, STR, DATE, INTS = (Type(kind) for kind in ("int", "float", "bool", "none", "str", "date", "ints"))
ANY = Type("any")


def cls(name: str) -> Type:
    """Return the type of a class's instances."""
    return Type("class", (), name)


def enum(name: str) -> Type:
    """Return the type of an enumeration's members."""
    return Type("enum", (), name)


def list_of(item: Type) -> Type:
    """Return the type of a list."""
    return Type("list", (item,))


def opt(inner: Type) -> Type:
    """Return the type of what may be None."""
    return inner if inner.kind in ("opt", "none", "any") else Type("opt", (inner,))


def fn(args: tuple[Type, ...], result: Type) -> Type:
    """Return the type of a callable; the result stands last."""
    return Type("fn", (*args, result))


_POINTERS = frozenset({"class", "list", "dict", "bag", "fn"})
_PLAIN = {
    "int": "i64", "float": "double", "bool": "bool", "none": "void", "str": "Str", "date": "Date", "ints": "IntSet", "any": "i64",
}  # fmt: skip
_FORMS = {"list": "List<{}>*", "dict": "Dict<{}>*", "bag": "Bag<{}>*", "tuple": "std::tuple<{}>"}
_STORED = {"float64": "double", "float32": "float", "int8": "int8_t", "int16": "int16_t", "int64": "int64_t", "bool_": "bool"}


def cpp(t: Type) -> str:
    """Return how a type is written in C++."""
    if t.kind in _PLAIN:
        return _PLAIN[t.kind]
    if t.kind == "class":
        return t.name if t.name in ("Stream", "Draws") else f"{t.name}*"
    if t.kind == "enum":
        return t.name
    if t.kind == "opt":
        return cpp(t.args[0]) if null_is_none(t.args[0]) else f"Opt<{cpp(t.args[0])}>"
    if t.kind == "union":
        return f"Either<{cpp(t.args[0])}>"
    if t.kind == "fn":
        return f"Fn<{cpp(t.args[-1])}({', '.join(cpp(a) for a in t.args[:-1])})>"
    if t.kind == "gen":
        return f"Gen<{cpp(t.args[0])}>"
    if t.kind in ("array", "items"):
        return f"{t.kind.capitalize()}<{_STORED[t.name]}>"
    return _FORMS[t.kind].format(", ".join(cpp(a) for a in t.args))


def null_is_none(t: Type) -> bool:
    """Return whether None of this type is the null pointer."""
    return t.kind in _POINTERS


def without_none(t: Type) -> Type:
    """Return a type without its None."""
    return t.args[0] if t.kind == "opt" else t


def join(a: Type, b: Type) -> Type | None:
    """Return the type that holds the values of both, None if the subset has no such type."""
    if a == b or b == ANY:
        return a
    if a == ANY:
        return b
    if NONE in (a, b):
        return opt(b if a == NONE else a)
    if "opt" in (a.kind, b.kind):
        inner = join(without_none(a), without_none(b))
        return inner and opt(inner)
    kinds = {a.kind, b.kind}
    if kinds <= {"int", "bool"}:
        return INT
    if kinds <= {"int", "bool", "float"}:
        return FLOAT
    if kinds == {"enum", "int"}:
        return Type("union", (a if a.kind == "enum" else b,))
    if "union" in kinds:
        union, other = (a, b) if a.kind == "union" else (b, a)
        return union if other in (INT, union.args[0]) else None
    if a.kind == b.kind == "list" and ANY in (a.args[0], b.args[0]):
        return a if b.args[0] == ANY else b
    if a.kind == b.kind == "dict" and ANY in (*a.args, *b.args):
        return a if ANY in b.args else b
    if a.kind == b.kind == "tuple" and len(a.args) == len(b.args):
        parts = [join(x, y) for x, y in zip(a.args, b.args, strict=True)]
        return Type("tuple", tuple(p for p in parts if p)) if all(parts) else None
    return None
