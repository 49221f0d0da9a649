"""The boundary: how what a run starts from is laid out in one block of bytes, and how what comes of it comes back.

The same description is used twice: as C++ that reads and writes the block, and as data by which Python does
(:mod:`cinsim.native.block`).
"""

from __future__ import annotations

from cinsim.native.generator.program import safe
from cinsim.native.generator.types import Type, cpp
from cinsim.native.generator.unit import Unit


def description(unit: Unit, root: Type) -> dict[str, object]:
    """Return the types that a value is made of, as data: a tree of kinds, and the fields of each class."""
    classes: dict[str, list[list[object]]] = {}

    def tree(t: Type) -> object:
        if t.kind == "class" and t.name in unit.program.classes and t.name not in classes:
            classes[t.name] = []
            for name, kind in unit.program.classes[t.name].fields.items():
                classes[t.name].append([name, tree(kind)])
        return [t.kind, t.name, [tree(a) for a in t.args]]

    return {"root": tree(root), "classes": classes}


class Boundary:
    """Writes the C++ that reads or writes values of the types of a boundary."""

    def __init__(self, unit: Unit):
        self._unit = unit
        self._done: set[str] = set()
        self.lines: list[str] = []

    def reader(self, t: Type) -> str:
        """Return C++ that reads a value of a type."""
        match t.kind:
            case "int" | "any":
                return "r.number<i64>()"
            case "float":
                return "r.number<double>()"
            case "bool":
                return "r.number<i64>() != 0"
            case "enum":
                return f"{t.name}(r.number<i64>())"
            case "str":
                return "Str{r.number<i64>()}"
            case "date":
                return "r.date()"
            case "ints":
                return "r.set()"
            case "array":
                return f"r.array<{cpp(t)[6:-1]}>()"
            case "items":
                return f"items(r.array<{cpp(t)[6:-1]}>())"
            case "list":
                if t.args[0].kind in ("int", "float"):
                    return f"r.plain_list<{cpp(t.args[0])}>()"
                return f"r.list<{cpp(t.args[0])}>([&] {{ return {self.reader(t.args[0])}; }})"
            case "dict":
                key, item = t.args
                one, other = (f"[&] {{ return {self.reader(part)}; }}" for part in t.args)
                return f"r.dict<{cpp(key)}, {cpp(item)}>({one}, {other})"
            case "tuple":
                return f"{cpp(t)}{{{', '.join(self.reader(a) for a in t.args)}}}"
            case "opt":
                return f"(r.number<i64>() ? static_cast<{cpp(t)}>({self.reader(t.args[0])}) : static_cast<{cpp(t)}>(nullptr))"
            case "class" if t.name == "Stream":
                return "Stream{r.number<u64>()}"
            case "class" if t.name in self._unit.program.classes:
                self._reads(t)
                return f"read_{t.name}(r)"
        raise TypeError(f"a value of type {t} cannot come from outside")

    def _reads(self, t: Type) -> None:
        if t.name in self._done:
            return
        self._done.add(t.name)
        fields = self._unit.program.classes[t.name].fields
        fill = " ".join(f"o->{safe(n)} = {self.reader(k)};" for n, k in fields.items())
        self.lines.append(
            f"static {t.name}* read_{t.name}(Reader& r) {{ return r.object<{t.name}>([&]({t.name}* o) {{ {fill} }}); }}"
        )

    def writer(self, t: Type, code: str) -> str:
        """Return C++ that writes a value."""
        match t.kind:
            case "int" | "bool":
                return f"w.number(i64({code}));"
            case "float":
                return f"w.number(double({code}));"
            case "list":
                return f"w.number(i64({code}->n)); for (auto& x : *{code}) {{ {self.writer(t.args[0], 'x')} }}"
            case "tuple":
                return " ".join(self.writer(a, f"std::get<{k}>({code})") for k, a in enumerate(t.args))
            case "class":
                fields = self._unit.program.classes[t.name].fields
                return f"{{ auto o = {code}; " + " ".join(self.writer(k, f"o->{safe(n)}") for n, k in fields.items()) + " }"
        raise TypeError(f"a value of type {t} cannot go outside")
