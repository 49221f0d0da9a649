"""Calls: of the model's functions, methods and classes, of the runtime, and of the few built-in functions of the subset."""

from __future__ import annotations

import ast
import enum
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cinsim.native.generator.basis import Code
from cinsim.native.generator.expressions import Expressions
from cinsim.native.generator.surface import EVENT, METHODS, RECORD, RECORD_DEFAULTS, RECORD_NAMES
from cinsim.native.generator.types import (
    BOOL,
    DATE,
    FLOAT,
    INT,
    INTS,
    NONE,
    Type,
    cls,
    cpp,
    fn,
    join,
    list_of,
    opt,
    without_none,
)
from cinsim.native.generator.types import (
    enum as enum_type,
)

if TYPE_CHECKING:
    from cinsim.native.generator.unit import Unit

_MATH = {
    "exp": FLOAT, "log": FLOAT, "log1p": FLOAT, "expm1": FLOAT, "sqrt": FLOAT, "fabs": FLOAT, "floor": INT, "ceil": INT,
    "isinf": BOOL, "isnan": BOOL, "isfinite": BOOL,
}  # fmt: skip


class Calls:
    """Writes calls."""

    def __init__(self, unit: Unit):
        self.unit = unit
        self._builtins: dict[str, Callable[[Expressions, ast.Call, Type | None], Code]] = {
            "len": self._len, "int": self._int, "float": self._float, "bool": self._bool, "abs": self._abs,
            "round": self._round, "min": self._least, "max": self._least, "sum": self._sum, "any": self._any,
            "all": self._any, "sorted": self._sorted, "isinstance": self._isinstance, "divmod": self._divmod,
            "list": self._copy, "tuple": self._copy, "frozenset": self._frozenset, "set": self._set,
            "heappush": self._heappush, "heappop": self._heappop, "bisect_right": self._bisect,
            "replace": self._replace, "date": self._date, "timedelta": self._timedelta,
            "Recurring": self._recurring, "cast": self._cast, "heapify": self._heapify,
            "fabs": self._math, "log": self._math, "sqrt": self._math,
        }  # fmt: skip

    def call(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        """Return a call."""
        function = node.func
        name = ast.unparse(function).removeprefix("heapq.")
        if isinstance(function, ast.Name) or name in self._builtins:
            if name not in at.names:
                found = self.unit.program.resolve(at.module, name)
                if found is not None and isinstance(found.node, ast.FunctionDef):
                    return self._function(at, node, found)
                if found is not None and isinstance(found.node, ast.ClassDef) and name != "Recurring":
                    return self._construct(at, node, found)
                if name in self._builtins:
                    return self._builtins[name](at, node, want)
        elif isinstance(function, ast.Attribute):
            if isinstance(function.value, ast.Name) and function.value.id == "math" and function.attr in _MATH:
                argument, _ = at.expr(node.args[0], FLOAT)
                return f"math_{function.attr}({argument})", _MATH[function.attr]
            if ast.unparse(function) == "date.fromordinal":
                return f"Date::fromordinal({at.expr(node.args[0], INT)[0]})", DATE
            if ast.unparse(function) == "dict.fromkeys":
                (keys, kind), (value, item) = at.in_order(list(node.args), [None, None])
                key = kind.args[0]
                return f"dict_of_keys<{cpp(key)}, {cpp(item)}>({keys}, {value})", Type("dict", (key, item))
            return self._method(at, node, function)
        code, kind = at.expr(function)
        return self._value(at, node, code, kind)

    # ---- the model's own

    def arguments(
        self,
        at: Expressions,
        node: ast.Call,
        parameters: list[tuple[str, Type]],
        defaults: Mapping[str, ast.expr],
        owner: Expressions | None,
    ) -> list[str]:
        """Return the arguments of a call in the order of the parameters, defaults filled in."""
        given: dict[str, ast.AST] = {}
        places = iter(parameters)
        starred: list[tuple[str, str, Type]] = []
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                code, kind = at.expr(argument.value)
                if kind.kind == "opt":
                    code, kind = at.coerced(argument, code, kind, kind.args[0]), kind.args[0]
                whole = at.temporary(code, kind)
                for k, part in enumerate(kind.args):
                    name, wanted = next(places)
                    starred.append((name, at.coerced(argument, f"std::get<{k}>({whole})", part, wanted), wanted))
            else:
                given[next(places)[0]] = argument
        given |= {k.arg: k.value for k in node.keywords if k.arg}
        types = dict(parameters)
        if unknown := [name for name in given if name not in types]:
            raise at.module.refuse(node, f"there is no parameter {', '.join(unknown)}")
        codes = dict(zip(given, (c for c, _ in at.in_order(list(given.values()), [types[n] for n in given])), strict=True))
        codes |= {name: code for name, code, _ in starred}
        out: list[str] = []
        for name, kind in parameters:
            if name not in codes:
                if name not in defaults or owner is None:
                    raise at.module.refuse(node, f"the argument {name} is not given")
                codes[name] = owner.expr(defaults[name], kind)[0]
            out.append(codes[name])
        return out

    def _function(self, at: Expressions, node: ast.Call, found: object) -> Code:
        target = self.unit.function(found)  # type: ignore[arg-type]
        module, definition = found.module, found.node  # type: ignore[attr-defined]
        parameters = self.unit.parameters(module, definition)
        codes = self.arguments(at, node, parameters, self.unit.defaults(definition), self.unit.plain(module))
        return f"{target}({', '.join(codes)})", self.unit.result_of(module, definition)

    def _construct(self, at: Expressions, node: ast.Call, found: object) -> Code:
        if isinstance(found.value, enum.EnumMeta):  # type: ignore[attr-defined]
            raise at.module.refuse(node, "no making of members of an enumeration")
        c = self.unit.program.class_named(node.func.id, at.module)  # type: ignore[attr-defined]
        assert c is not None
        target = self.unit.constructor(c)
        parameters, defaults = self.unit.constructor_parameters(c)
        codes = self.arguments(at, node, parameters, defaults, self.unit.plain(c.module))
        return f"{target}({', '.join(codes)})", cls(c.name)

    def _method(self, at: Expressions, node: ast.Call, function: ast.Attribute) -> Code:
        if isinstance(function.value, ast.Call) and ast.unparse(function.value) == "super()":
            base = self.unit.program.classes[at.own.base]  # type: ignore[union-attr, index]
            target = self.unit.initialiser(base)
            parameters, defaults = self.unit.constructor_parameters(base)
            return (
                f"{target}({', '.join(['self', *self.arguments(at, node, parameters, defaults, self.unit.plain(base.module))])})",
                NONE,
            )
        kind = without_none(at.type(function.value))
        if kind.kind == "class" and kind.name in self.unit.program.classes:
            method = self.unit.program.method(kind.name, function.attr)
            if method is not None:
                owner, definition = method
                code = (
                    at.temporary(*at.expr(function.value))
                    if at.has_effect(function.value) and (node.args or node.keywords)
                    else at.expr(function.value)[0]
                )
                target = self.unit.method(owner, definition)
                parameters = self.unit.parameters(owner.module, definition)[1:]
                codes = self.arguments(at, node, parameters, self.unit.defaults(definition), self.unit.plain(owner.module))
                return f"{target}({', '.join([code, *codes])})", self.unit.result_of(owner.module, definition)
            code, kind = at.expr(function)
            return self._value(at, node, code, kind)
        code, _ = at.expr(function.value)
        if kind.kind == "class":
            return self._of_runtime(at, node, code, kind, function.attr)
        if kind == DATE and function.attr == "toordinal":
            return f"{code}.toordinal()", INT
        if kind.kind == "array" and function.attr == "item":
            return self._value(at, node, *at.expr(function))
        return self._of_container(at, node, code, kind, function.attr)

    def _value(self, at: Expressions, node: ast.Call, code: str, kind: Type) -> Code:
        """Return the call of a value that can be called."""
        kind = without_none(kind)
        if kind.kind == "fn":
            codes = self.arguments(at, node, [(f"_{k}", t) for k, t in enumerate(kind.args[:-1])], {}, None)
            return f"{code}({', '.join(codes)})", kind.args[-1]
        if kind.kind == "items":
            return f"{code}({', '.join(c for c, _ in at.in_order(list(node.args), [INT] * len(node.args)))})", FLOAT
        if kind == cls("Stream"):
            return f"{code}({', '.join(c for c, _ in at.in_order(list(node.args), [INT, INT]))})", FLOAT
        if kind == cls("Record"):
            return self._write(at, node, code)
        raise at.module.refuse(node, f"a value of type {kind} cannot be called")

    def _write(self, at: Expressions, node: ast.Call, code: str) -> Code:
        given = list(node.args) + [k.value for k in node.keywords]
        places = list(range(len(node.args))) + [RECORD_NAMES.index(k.arg or "") for k in node.keywords]
        codes = list(RECORD_DEFAULTS)
        for place, (argument, _) in zip(places, at.in_order(given, [RECORD[p] for p in places]), strict=True):
            codes[place] = argument
        return f"{code}->write({', '.join(codes)})", NONE

    # ---- the runtime's

    def _of_runtime(self, at: Expressions, node: ast.Call, code: str, kind: Type, name: str) -> Code:
        if name == "write" or (kind == cls("Record") and name == "__call__"):
            return self._write(at, node, code)
        if (kind.name, name) not in METHODS:
            raise at.module.refuse(node, f"the runtime's {kind.name} has no '{name}'")
        parameters, result = METHODS[kind.name, name]
        arguments = list(node.args)
        if name == "succeed":
            value = f"sent({at.expr(arguments[0])[0]})" if arguments else "0"
            return f"{code}->succeed({value})", NONE
        if name == "interrupt" and not arguments:
            return f"{code}->interrupt(0)", NONE
        codes = [c for c, _ in at.in_order(arguments, list(parameters[: len(arguments)]))]
        arrow = "." if kind.name in ("Draws", "Stream") else "->"
        return f"{code}{arrow}{name}({', '.join(codes)})", result

    def _recurring(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        codes = [c for c, _ in at.in_order(list(node.args), [cls("Environment"), fn((EVENT,), NONE)])]
        return f"make<Recurring>({', '.join(codes)})", cls("Recurring")

    # ---- containers

    def _of_container(self, at: Expressions, node: ast.Call, code: str, kind: Type, name: str) -> Code:
        args = list(node.args)
        if kind.kind == "list":
            item = kind.args[0]
            if name in ("append", "remove"):
                return f"{code}->{name}({at.expr(args[0], item)[0]})", NONE
            if name == "pop":
                return f"{code}->pop({at.expr(args[0], INT)[0] if args else ''})", item
            if name == "clear":
                return f"{code}->clear()", NONE
            if name == "count":
                return f"count_({code}, {at.expr(args[0], item)[0]})", INT
        if kind.kind == "dict":
            key, item = kind.args
            if name == "get" and len(args) == 1:
                return f"{code}->get({at.expr(args[0], key)[0]})", opt(item)
            if name == "get":
                (k, _), (v, _) = at.in_order(args, [key, item])
                return f"{code}->get({k}, {v})", item
            if name == "pop":
                return f"{code}->pop({at.expr(args[0], key)[0]})", opt(item)
            if name == "setdefault":
                (k, _), (v, _) = at.in_order(args, [key, item])
                return f"{code}->setdefault({k}, {v})", item
            if name == "values":
                return f"values_({code})", list_of(item)
            if name == "items":
                return f"items_({code})", Type("pairs", (key, item))
            if name == "clear":
                return f"{code}->clear()", NONE
        if kind.kind == "bag" and name == "add":
            return f"{code}->add({at.expr(args[0], kind.args[0])[0]})", NONE
        raise at.module.refuse(node, f"a value of type {kind} has no '{name}' in the subset")

    # ---- built-in functions

    def _len(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        return f"len_({at.expr(node.args[0])[0]})", INT

    def _int(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        code, kind = self._number(at, node.args[0])
        return (f"to_int({code})", INT) if kind == FLOAT else (f"i64({code})", INT)

    def _number(self, at: Expressions, node: ast.AST) -> Code:
        code, kind = at.held(node)
        return (at.coerced(node, code, kind, INT), INT) if kind.kind == "union" else (code, kind)

    def _float(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        argument = node.args[0]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            return at.constant(float(argument.value), None)
        return f"double({self._number(at, argument)[0]})", FLOAT

    def _bool(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        return at.condition(node.args[0]), BOOL

    def _abs(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        code, kind = at.expr(node.args[0])
        return f"absolute({code})", kind

    def _round(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        code, kind = at.expr(node.args[0])
        return (code, INT) if kind in (INT, BOOL) else (f"round_({code})", INT)

    def _least(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        name = node.func.id  # type: ignore[attr-defined]
        options = {k.arg: k.value for k in node.keywords}
        if len(node.args) == 1 and not isinstance(node.args[0], ast.Starred):
            code, kind = at.held(node.args[0])
            if kind.kind == "tuple":
                code, kind = f"list_from<{cpp(kind.args[0])}>({code})", list_of(kind.args[0])
            if "key" in options:
                key = self.unit.key(at, options["key"], kind.args[0])
                return f"{name}_by({code}, {key})", kind.args[0]
            if "default" in options:
                other, _ = at.expr(options["default"], kind.args[0])
                return f"{name}_of({code}, {other})", kind.args[0]
            return f"{name}_of({code})", kind.args[0]
        parts = at.in_order(list(node.args), [None] * len(node.args))
        kind = without_none(parts[0][1])
        for _, other_kind in parts[1:]:
            kind = join(kind, without_none(other_kind)) or kind
        if kind not in (FLOAT, INT):
            raise at.module.refuse(node, f"no {name} of {kind}")
        codes = [at.coerced(node, c, k, kind) for c, k in parts]
        out = codes[0]
        for code in codes[1:]:
            out = f"{name}_({out}, {code})"
        return out, kind

    def _sum(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        code, kind = at.held(node.args[0])
        item = kind.args[0]
        if item == FLOAT:
            raise at.module.refuse(node, "no built-in sum of floats, whose last bits differ between versions of Python")
        return f"sum_({code})", INT

    def _any(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        return f"{node.func.id}_({at.expr(node.args[0])[0]})", BOOL  # type: ignore[attr-defined]

    def _sorted(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        code, kind = at.held(node.args[0])
        if kind.kind == "dict":
            code, kind = f"list_of_keys({code})", list_of(kind.args[0])
        if kind.kind == "tuple":
            code, kind = f"list_from<{cpp(kind.args[0])}>({code})", list_of(kind.args[0])
        options = {k.arg: k.value for k in node.keywords}
        return (f"sorted_by({code}, {self.unit.key(at, options['key'], kind.args[0])})" if options else f"sorted_({code})"), kind

    def _isinstance(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        code, kind = at.expr(node.args[0])
        wanted = self.unit.program.type_of(node.args[1], at.module)
        if without_none(kind).kind == "union" and wanted.kind in ("enum", "int"):
            return f"holds<{cpp(wanted)}>({code})", BOOL
        if without_none(kind) == wanted:
            return f"!is_none({code})", BOOL
        raise at.module.refuse(node, f"no isinstance of {kind} and {wanted}")

    def _divmod(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        (a, _), (b, _) = at.in_order(list(node.args), [INT, INT])
        return f"divmod_({a}, {b})", Type("tuple", (INT, INT))

    def _copy(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        if not node.args:
            return at.expr(ast.copy_location(ast.List([]), node), want)
        code, kind = at.held(node.args[0])
        if kind.kind == "dict":
            return f"list_of_keys({code})", list_of(kind.args[0])
        if kind.kind == "tuple":
            return f"list_from<{cpp(kind.args[0])}>({code})", list_of(kind.args[0])
        return f"copy_({code})", kind

    def _frozenset(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        return at.expr(node.args[0], INTS) if node.args else ("IntSet({})", INTS)

    def _set(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        if want is None or want.kind not in ("bag", "ints"):
            raise at.module.refuse(node, "an empty set needs a type")
        return ("IntSet({})", INTS) if want == INTS else (f"make<{cpp(want)[:-1]}>()", want)

    def _heappush(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        (heap, _), (item, _) = at.in_order(list(node.args), [None, at.type(node.args[0]).args[0]])
        return f"heappush({heap}, {item})", NONE

    def _heappop(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        heap, kind = at.held(node.args[0])
        return f"heappop({heap})", kind.args[0]

    def _heapify(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        return f"heapify({at.expr(node.args[0])[0]})", NONE

    def _bisect(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        (items, _), (x, _) = at.in_order(list(node.args), [None, FLOAT])
        return f"bisect_right({items}, {x})", INT

    def _replace(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        code, kind = at.expr(node.args[0])
        name = at.temporary(f"copy_of({code})", kind)
        for keyword in node.keywords:
            value, _ = at.expr(keyword.value, self.unit.field(kind.name, keyword.arg or "", node, at.module))
            at.temporaries.append(f"{name}->{keyword.arg} = {value};")
        return name, kind

    def _date(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        return f"Date({', '.join(c for c, _ in at.in_order(list(node.args), [INT] * 3))})", DATE

    def _timedelta(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        return f"Days{{{at.expr(node.keywords[0].value, INT)[0]}}}", DATE

    def _math(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        return f"math_{node.func.id}({at.expr(node.args[0], FLOAT)[0]})", FLOAT  # type: ignore[attr-defined]

    def _cast(self, at: Expressions, node: ast.Call, want: Type | None) -> Code:
        return at.expr(node.args[1], self.unit.program.type_of(node.args[0], at.module))


__all__ = ["Calls", "enum_type"]
