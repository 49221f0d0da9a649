"""What the generator knows of the model: modules, classes, functions and constants, read from source as they are asked for."""

from __future__ import annotations

import ast
import enum
import importlib
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import Any, cast

from cinsim.native.generator.types import (
    ANY,
    BOOL,
    DATE,
    FLOAT,
    INT,
    INTS,
    NONE,
    STR,
    Type,
    cls,
    cpp,
    fn,
    list_of,
    opt,
)
from cinsim.native.generator.types import (
    enum as enum_type,
)

RUNTIME = {
    "Environment": "Environment", "DayByDay": "Environment", "Process": "Process", "Timeout": "SimEvent",
    "Recurring": "Recurring", "Interrupt": "Interrupt", "Draws": "Draws", "Write": "Record", "simpy.Event": "SimEvent",
}  # fmt: skip
"""Classes that the runtime writes by hand, by the names that the model has for them."""
_TAKEN = frozenset({
    "Arena", "Row", "Str", "IntSet", "Opt", "Either", "Fn", "List", "Dict", "Bag", "Each", "Range", "Date", "Days", "Array",
    "Items", "Gen", "Root", "Sent", "Entry", "Process", "Stream", "Record", "Reader", "Writer", "Finished", "Failed", "Math",
    "Constants",
})  # fmt: skip
"""Names of the runtime's own structures."""
_PLAIN = {"int": INT, "float": FLOAT, "bool": BOOL, "str": STR, "object": ANY, "Any": ANY, "date": DATE, "None": NONE}
_LISTS = frozenset({"list", "Sequence", "Iterable"})
_DICTS = frozenset({"dict", "Mapping", "Counter"})


class Refused(Exception):
    """The source uses something that the subset does not have."""


@dataclass(frozen=True, slots=True)
class Named:
    """A function, class or constant of the model and the module it stands in."""

    module: Module
    node: ast.AST | None
    value: Any

    @property
    def name(self) -> str:
        """Name in its module."""
        return str(getattr(self.node, "name", ""))


class Module:
    """A module of the model: its text as a tree, and its values as Python has them."""

    def __init__(self, name: str, value: ModuleType):
        self.name, self.value = name, value
        self.path = inspect.getsourcefile(value) or name
        self.tree = ast.parse(inspect.getsource(value))
        self.definitions: dict[str, ast.AST] = {}
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                self.definitions[node.name] = node
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self.definitions[node.targets[0].id] = node
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                self.definitions[node.target.id] = node

    def refuse(self, node: ast.AST, why: str) -> Refused:
        """Return an error that names file and line."""
        return Refused(f"{self.path}:{getattr(node, 'lineno', '?')}: {why}: {ast.unparse(node)[:100]}")

    @cached_property
    def imported(self) -> dict[str, tuple[str, str]]:
        """Where each imported name comes from: module and name there, those for type checkers too."""
        out: dict[str, tuple[str, str]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                out |= {(a.asname or a.name): (node.module, a.name) for a in node.names}
        return out


@dataclass
class Class:
    """A class of the model with the fields that have been asked for so far."""

    name: str
    module: Module
    node: ast.ClassDef
    base: str | None
    fields: dict[str, Type] = field(default_factory=dict)
    made: bool = False  # whether the engine makes instances, so that all of the constructor is carried over
    under_way: set[str] = field(default_factory=set)

    @cached_property
    def methods(self) -> dict[str, ast.FunctionDef]:
        """Methods by name."""
        return {n.name: n for n in self.node.body if isinstance(n, ast.FunctionDef)}

    @cached_property
    def is_dataclass(self) -> bool:
        """Whether the constructor is that of a dataclass."""
        return any(ast.unparse(d).startswith("dataclass") for d in self.node.decorator_list)

    @cached_property
    def declared(self) -> list[ast.AnnAssign]:
        """Fields that the class body declares."""
        return [n for n in self.node.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)]


def is_property(method: ast.FunctionDef) -> bool:
    """Return whether a method is read like a field."""
    return any(ast.unparse(d) == "property" for d in method.decorator_list)


class Program:
    """The part of the model that is carried over, found by following what is called from its entry."""

    def __init__(self) -> None:
        self.modules: dict[str, Module] = {}
        self.classes: dict[str, Class] = {}
        self.enums: dict[str, type[enum.Enum]] = {}
        self.literals: dict[str, int] = {}

    # ---- names

    def module(self, name: str) -> Module:
        """Return a module, read once."""
        if name not in self.modules:
            self.modules[name] = Module(name, importlib.import_module(name))
        return self.modules[name]

    def resolve(self, module: Module, name: str) -> Named | None:
        """Return what a name means in a module, None if it is none of the model's."""
        if name in module.definitions:
            return Named(module, module.definitions[name], getattr(module.value, name, None))
        if name in module.imported:
            source, original = module.imported[name]
            if source.startswith("cinsim"):
                return self.resolve(self.module(source), original)
        elif isinstance(value := getattr(module.value, name, None), int | float | str | tuple | frozenset):
            return Named(module, None, value)
        return None

    def literal(self, text: str) -> int:
        """Return the number by which the engine knows a text."""
        return self.literals.setdefault(text, len(self.literals))

    def class_named(self, name: str, module: Module) -> Class | None:
        """Return a class of the model by the name it has in a module."""
        found = self.resolve(module, name)
        if found is None or not isinstance(found.node, ast.ClassDef) or isinstance(found.value, enum.EnumMeta):
            return None
        own = found.node.name
        if own in _TAKEN:
            raise found.module.refuse(found.node, "the runtime has a class of this name")
        if own not in self.classes:
            bases = [
                ast.unparse(b) for b in found.node.bases if ast.unparse(b) not in ("Protocol", "NamedTuple", "SimpleNamespace")
            ]
            base = self.class_named(bases[0], found.module) if bases else None
            self.classes[own] = Class(own, found.module, found.node, base.name if base else None)
        return self.classes[own]

    # ---- types from annotations

    def type_of(self, node: ast.AST, module: Module) -> Type:
        """Return the type that an annotation names."""
        match node:
            case ast.Constant(value=None):
                return NONE
            case ast.Constant(value=str(text)):
                return self.type_of(ast.parse(text, mode="eval").body, module)
            case ast.Name(id=name):
                return self._named_type(name, module, node)
            case ast.Attribute(attr=name):
                text = ast.unparse(node)
                return cls(RUNTIME.get(text) or RUNTIME.get(name) or self._unknown(node, module))
            case ast.BinOp(op=ast.BitOr()):
                return self._union(node, module)
            case ast.Subscript():
                return self._generic(node, module)
        raise module.refuse(node, "no type of the subset")

    def _unknown(self, node: ast.AST, module: Module) -> str:
        raise module.refuse(node, "no type of the subset")

    def _named_type(self, name: str, module: Module, node: ast.AST) -> Type:
        if name in _PLAIN:
            return _PLAIN[name]
        if name == "Stream":
            return cls("Stream")
        found = self.resolve(module, name)
        if found is not None and isinstance(found.value, enum.EnumMeta):
            if issubclass(found.value, enum.IntEnum):
                return INT
            self.enums[found.value.__name__] = cast(type[enum.Enum], found.value)
            return enum_type(found.value.__name__)
        if name in RUNTIME and not (found and isinstance(found.node, ast.ClassDef) and name not in RUNTIME):
            return cls(RUNTIME[name])
        if found is not None and isinstance(found.node, ast.Assign):
            return self.type_of(found.node.value, found.module)
        if known := self.class_named(name, module):
            return cls(known.name)
        raise module.refuse(node, "no type of the subset")

    def _union(self, node: ast.BinOp, module: Module) -> Type:
        sides: list[ast.AST] = []
        while isinstance(node, ast.BinOp):
            sides.append(node.right)
            node = node.left  # type: ignore[assignment]
        sides.append(node)
        types = [self.type_of(s, module) for s in reversed(sides)]
        kept = [t for t in types if t != NONE]
        if len(kept) == 2 and {t.kind for t in kept} == {"enum", "int"}:
            kept = [Type("union", (next(t for t in kept if t.kind == "enum"),))]
        if len(set(kept)) == 1:
            return opt(kept[0]) if NONE in types else kept[0]
        raise module.refuse(node, f"no union of {', '.join(map(str, types))} in the subset")

    def _generic(self, node: ast.Subscript, module: Module) -> Type:
        head = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]

        def at(k: int) -> Type:
            return self.type_of(parts[k], module)

        if head in ("Final", "Annotated"):
            return at(0)
        if head == "Literal":
            return self.type_of_value(ast.literal_eval(parts[0]))
        if head in _LISTS or (head == "tuple" and len(parts) == 2 and ast.unparse(parts[1]) == "..."):
            return list_of(at(0))
        if head == "tuple":
            return Type("tuple", tuple(at(k) for k in range(len(parts))))
        if head in _DICTS:
            return Type("dict", (at(0), at(1) if len(parts) > 1 else INT))
        if head in ("frozenset", "set"):
            return INTS if at(0).kind in ("int", "str") else Type("bag", (at(0),))
        if head == "Callable":
            return fn(tuple(self.type_of(a, module) for a in parts[0].elts), at(1))  # type: ignore[attr-defined]
        if head in ("Generator", "Iterator"):
            return Type("gen", (at(2),))
        if head == "NDArray":
            return Type("array", (FLOAT,), ast.unparse(parts[0]).removeprefix("np."))
        raise module.refuse(node, "no type of the subset")

    # ---- types of values

    def type_of_value(self, value: object) -> Type:
        """Return the type of a constant."""
        if isinstance(value, enum.Enum) and not isinstance(value, int):
            self.enums[type(value).__name__] = type(value)
            return enum_type(type(value).__name__)
        for plain, kind in ((bool, BOOL), (int, INT), (float, FLOAT), (str, STR)):
            if isinstance(value, plain):
                return kind
        if isinstance(value, frozenset):
            return INTS
        if isinstance(value, tuple | list):
            kinds = {self.type_of_value(v) for v in value}
            return list_of(kinds.pop()) if len(kinds) == 1 else Type("tuple", tuple(self.type_of_value(v) for v in value))
        if isinstance(value, dict):
            (key,) = {self.type_of_value(k) for k in value}
            (item,) = {self.type_of_value(v) for v in value.values()}
            return Type("dict", (key, item))
        owner = self.module(type(value).__module__)
        if known := self.class_named(type(value).__name__, owner):
            return cls(known.name)
        raise Refused(f"no constant of type {type(value).__name__} in the subset")

    # ---- members

    def lineage(self, name: str) -> Iterator[Class]:
        """Yield a class and what it is derived from."""
        at: str | None = name
        while at is not None:
            yield self.classes[at]
            at = self.classes[at].base

    def method(self, name: str, method: str) -> tuple[Class, ast.FunctionDef] | None:
        """Return a method and the class that defines it."""
        return next(((c, c.methods[method]) for c in self.lineage(name) if method in c.methods), None)


def struct_of(c: Class) -> str:
    """Return a class as a C++ struct, with what its instances hold."""
    lines = [f"  {cpp(t)} {safe(name)}{{}};" for name, t in c.fields.items()]
    return f"struct {c.name}{' : ' + c.base if c.base else ''} {{\n" + "\n".join(lines) + "\n};"


_WORDS = frozenset({
    "case", "new", "delete", "default", "this", "register", "switch", "template", "union", "operator", "typename",
    "namespace", "auto", "const", "double", "long", "short", "signed", "static", "struct", "typedef", "unsigned",
    "void", "volatile", "catch", "throw", "public", "private", "protected", "virtual", "friend", "inline", "export",
    "explicit", "enum", "extern", "goto", "do", "char", "mutable", "using", "pow", "exp", "log",
})  # fmt: skip


def safe(name: str) -> str:
    """Return a name that is no word of C++."""
    return name + "_" if name in _WORDS else name
