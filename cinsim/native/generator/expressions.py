"""Expressions: each becomes C++ text and a type.

Python evaluates from left to right, C++ in any order. Where an operand has an effect, it and those before it are put into
temporaries of their own first (``self.before``); where there is no place for statements, in a lambda called at once.
"""

from __future__ import annotations

import ast
import enum
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cinsim.native.generator.program import Class, Module, Refused, is_property, safe
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
    join,
    list_of,
    null_is_none,
    opt,
    without_none,
)  # fmt: skip
from cinsim.native.generator.types import (
    enum as enum_type,
)

if TYPE_CHECKING:
    from cinsim.native.generator.unit import Unit

Code = tuple[str, Type]
_OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.RShift: ">>",
    ast.LShift: "<<",
}  # fmt: skip
_FUNCTIONS = {ast.Div: "divide", ast.FloorDiv: "floor_divide", ast.Mod: "modulo", ast.Pow: "power"}
_COMPARE = {ast.Eq: "==", ast.NotEq: "!=", ast.Is: "==", ast.IsNot: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_MATH = {
    "exp": FLOAT, "log": FLOAT, "log1p": FLOAT, "expm1": FLOAT, "sqrt": FLOAT, "fabs": FLOAT, "floor": INT, "ceil": INT,
    "isinf": BOOL, "isnan": BOOL, "isfinite": BOOL,
}  # fmt: skip
_EFFECTS = frozenset({
    "append", "pop", "remove", "clear", "insert", "add", "extend", "heappush", "heappop", "heapify", "setdefault", "succeed",
    "interrupt", "process", "timeout", "schedule", "after", "write", "call", "event",
})  # fmt: skip
_BUILTINS = frozenset({
    "min", "max", "sum", "any", "all", "sorted", "len", "abs", "float", "int", "bool", "round", "range", "enumerate", "zip",
    "isinstance", "divmod", "list", "tuple", "frozenset", "replace", "bisect_right", "floor", "ceil", "exp", "log", "log1p",
    "expm1", "sqrt", "fabs", "isinf", "isnan", "isfinite", "get", "values", "items", "keys", "item", "date", "fromordinal",
    "toordinal", "timedelta", "ValueError", "fromkeys", "count", "stream", "cast",
})  # fmt: skip


class Expressions:
    """Writes the expressions of one function."""

    unit: Unit
    module: Module
    names: dict[str, Type]
    cells: set[str]
    temporaries: list[str]
    own: Class | None
    is_generator: bool
    result: Type

    # ---- the ways in

    def expr(self, node: ast.AST, want: Type | None = None) -> Code:
        """Return the C++ of an expression and its type; ``want`` is the type that its place asks for, if any."""
        code, kind = self._expr(node, want)
        if want is not None and want != ANY and kind != want:
            return self.coerced(node, code, kind, want), want
        return code, kind

    def held(self, node: ast.AST) -> Code:
        """Return an expression that is not None here."""
        code, kind = self.expr(node)
        return (self.coerced(node, code, kind, kind.args[0]), kind.args[0]) if kind.kind == "opt" else (code, kind)

    def held_type(self, node: ast.AST) -> Type:
        """Return the type of an expression that is not None here."""
        return without_none(self.type(node))

    def type(self, node: ast.AST, want: Type | None = None) -> Type:
        """Return the type of an expression without writing anything."""
        kept, self.temporaries = self.temporaries, []
        try:
            return self._expr(node, want)[1]
        finally:
            self.temporaries = kept

    def condition(self, node: ast.AST) -> str:
        """Return an expression as a C++ condition, by Python's rules of truth."""
        code, kind = self._bool(node, BOOL) if isinstance(node, ast.BoolOp) else self._expr(node, None)
        return code if kind == BOOL else f"truth({code})"

    def apart(self, node: ast.AST, want: Type | None = None, *, condition: bool = False) -> Code:
        """Return an expression whose temporaries must not be evaluated before it is reached."""
        kept, self.temporaries = self.temporaries, []
        code, kind = (self.condition(node), BOOL) if condition else self.expr(node, want)
        inside, self.temporaries = self.temporaries, kept
        if inside:
            if any("co_" in line for line in inside):
                raise self.module.refuse(node, "no yield within a condition or a comprehension")
            code = f"[&]() -> {cpp(kind)} {{ {' '.join(inside)} return {code}; }}()"
        return code, kind

    def coerced(self, node: ast.AST, code: str, kind: Type, want: Type) -> str:
        """Return C++ that turns a value of one type into another."""
        if kind in (want, ANY) or want == ANY:
            return code
        if want == FLOAT and kind in (INT, BOOL):
            return f"double({code})"
        if want == INT and kind == BOOL:
            return f"i64({code})"
        if kind == NONE and want.kind == "opt":
            return "nullptr" if null_is_none(want.args[0]) else f"{cpp(want)}{{}}"
        if want.kind == "opt" and kind.kind != "opt":
            inner = self.coerced(node, code, kind, want.args[0])
            return inner if null_is_none(want.args[0]) else f"{cpp(want)}({inner})"
        if kind.kind == "opt" and want.kind != "opt":
            value = code if null_is_none(kind.args[0]) else f"({code}).value()"
            return self.coerced(node, value, kind.args[0], want)
        if kind.kind == want.kind == "opt":
            if null_is_none(want.args[0]) and null_is_none(kind.args[0]):
                return self.coerced(node, code, kind.args[0], want.args[0])
            return f"{cpp(want)}::from({code})"
        if want.kind == "union" and kind in (INT, want.args[0]):
            return f"{cpp(want)}({code})"
        if kind.kind == "union" and want in (INT, kind.args[0]):
            return f"({code}).as<{cpp(want)}>()"
        if kind.kind == want.kind == "class":
            lineage = [c.name for c in self.unit.program.lineage(want.name)] if want.name in self.unit.program.classes else []
            if kind.name in lineage:
                return f"static_cast<{cpp(want)}>({code})"  # a narrower class, as the source says
            if want.name == "SimEvent" or (
                kind.name in self.unit.program.classes and want.name in [c.name for c in self.unit.program.lineage(kind.name)]
            ):
                return code
        if kind.kind == want.kind == "list" and kind.args[0] == ANY:
            return code.replace(cpp(kind).rstrip("*"), cpp(want).rstrip("*"))
        if kind.kind == "tuple" and want.kind == "list":
            return f"list_from<{cpp(want.args[0])}>({code})"
        if kind.kind == want.kind == "tuple" and len(kind.args) == len(want.args):
            return f"{cpp(want)}({code})"
        if kind.kind == want.kind == "fn" and kind.args[:-1] == want.args[:-1]:
            return self._adapted(code, kind, want)
        if kind.kind == want.kind == "gen":
            return code
        raise self.module.refuse(node, f"a value of type {kind} stands where {want} is wanted")

    def _adapted(self, code: str, kind: Type, want: Type) -> str:
        arguments = ", ".join(f"{cpp(a)} a{k}" for k, a in enumerate(want.args[:-1]))
        called = f"f({', '.join(f'a{k}' for k in range(len(want.args) - 1))})"
        one, other = kind.args[-1], want.args[-1]
        if one.kind == other.kind == "gen":
            result = f"forward_generator<{cpp(other.args[0])}>({called})"
        else:
            result = self.coerced(self.module.tree, called, one, other)
        return f"make_fn<{cpp(want)[3:-1]}>([f = {code}]({arguments}) -> {cpp(other)} {{ return {result}; }})"

    def temporary(self, code: str, kind: Type) -> str:
        """Put a value into a temporary and return its name."""
        name = self.unit.fresh("t")
        if kind == NONE:
            self.temporaries.append(f"{code};")
            return ""
        self.temporaries.append(f"{cpp(kind)} {name} = {code};")
        return name

    def in_order(self, nodes: Sequence[ast.AST], wants: Sequence[Type | None]) -> list[Code]:
        """Return several operands that Python evaluates in this order."""
        last = max((k for k, node in enumerate(nodes) if self.has_effect(node)), default=-1)
        out: list[Code] = []
        for k, (node, want) in enumerate(zip(nodes, wants, strict=True)):
            code, kind = self.expr(node, want)
            steady = isinstance(node, ast.Constant | ast.Lambda) or (isinstance(node, ast.Name) and node.id not in self.cells)
            if k <= last and len(nodes) > 1 and not steady and kind != NONE:
                code = self.temporary(code, kind)
            out.append((code, kind))
        return out

    def has_effect(self, node: ast.AST) -> bool:
        """Return whether evaluating an expression may change something; on the safe side."""
        return any(
            isinstance(n, ast.Yield | ast.YieldFrom | ast.NamedExpr) or (isinstance(n, ast.Call) and self._call_has_effect(n))
            for n in ast.walk(node)
        )

    def _call_has_effect(self, node: ast.Call) -> bool:
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        return name in _EFFECTS or (name not in _BUILTINS and self.unit.changes_something(name, self.module))

    # ---- each kind of expression

    def _expr(self, node: ast.AST, want: Type | None) -> Code:
        match node:
            case ast.Constant(value=value):
                return self.constant(value, want)
            case ast.Name(id=name):
                return self._name(node, name)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Call():
                return self._call(node, want)
            case ast.BinOp():
                return self._binary(node)
            case ast.UnaryOp(op=ast.Not()):
                return f"!({self.condition(node.operand)})", BOOL
            case ast.UnaryOp(op=ast.USub()):
                code, kind = self.expr(node.operand)
                return f"(-{code})", kind
            case ast.Compare():
                return self._compare(node)
            case ast.BoolOp():
                return self._bool(node, want)
            case ast.IfExp():
                return self._conditional(node, want)
            case ast.NamedExpr():
                code, kind = self.expr(node.value, self.names.get(node.target.id))
                self.temporaries.append(f"{self._read(node.target.id)} = {code};")
                return self._read(node.target.id), kind
            case ast.Tuple():
                want = want and without_none(want)
                wants = (
                    list(want.args)
                    if want and want.kind == "tuple"
                    else [want.args[0] if want and want.kind == "list" else None] * len(node.elts)
                )
                parts = self.in_order(list(self._unstarred(node.elts)), wants)
                if want and want.kind == "list":
                    return f"list_with<{cpp(want.args[0])}>({{{', '.join(c for c, _ in parts)}}})", want
                kind = Type("tuple", tuple(k for _, k in parts))
                return f"{cpp(kind)}({', '.join(c for c, _ in parts)})", kind
            case ast.List():
                return self._list(node, want and without_none(want))
            case ast.Dict():
                return self._dict(node, want and without_none(want))
            case ast.Set():
                codes = [f"{self.expr(e, STR)[0]}.id" if self.type(e) == STR else self.expr(e, INT)[0] for e in node.elts]
                return f"IntSet({{{', '.join(codes)}}})", INTS
            case ast.ListComp() | ast.GeneratorExp():
                return self._comprehension(node, want and without_none(want))
            case ast.DictComp():
                return self._dict_comprehension(node, want and without_none(want))
            case ast.Subscript():
                return self._subscript(node)
            case ast.Lambda():
                return self.unit.closure(self, node, want)
            case ast.Yield():
                return self._yield(node)
            case ast.YieldFrom():
                code, kind = self.expr(node.value)
                result = kind.args[0]
                return (self.temporary(f"co_await ({code})", result), result) if result != NONE else (f"co_await ({code})", NONE)
        raise self.module.refuse(node, "no such expression in the subset")

    def constant(self, value: object, want: Type | None) -> Code:
        """Return a constant of Python as C++."""
        if value is None:
            return "nullptr", NONE
        if isinstance(value, bool):
            return str(value).lower(), BOOL
        if isinstance(value, enum.Enum) and not isinstance(value, int):
            self.unit.program.enums[type(value).__name__] = type(value)
            return f"{type(value).__name__}::{value.name}", enum_type(type(value).__name__)
        if isinstance(value, int):
            return (f"i64({int(value)})" if abs(value) < 2**63 else f"{int(value)}ull"), INT
        if isinstance(value, float):
            text = "inf" if value == math.inf else "-inf" if value == -math.inf else "nan_" if value != value else repr(value)
            return text, FLOAT
        if isinstance(value, str):
            return f"Str({self.unit.program.literal(value)} /* {value} */)", STR
        raise Refused(f"{self.module.path}: no constant of type {type(value).__name__} in the subset")

    def _read(self, name: str) -> str:
        return f"(*{safe(name)})" if name in self.cells else safe(name)

    def _name(self, node: ast.Name, name: str) -> Code:
        if name in self.names:
            return self._read(name), self.names[name]
        found = self.unit.program.resolve(self.module, name)
        if found is None:
            raise self.module.refuse(node, "this name is not known")
        if isinstance(found.node, ast.FunctionDef):
            return self.unit.function_value(found)
        return self.unit.constant_named(found, name)

    def _attribute(self, node: ast.Attribute) -> Code:
        if isinstance(node.value, ast.Name) and node.value.id not in self.names:
            if node.value.id == "math":
                return self.constant(getattr(math, node.attr), None)
            found = self.unit.program.resolve(self.module, node.value.id)
            if found is not None and isinstance(found.value, enum.EnumMeta):
                return self.constant(found.value[node.attr], None)
        code, kind = self.expr(node.value)
        kind = without_none(kind)
        if kind.kind == "class":
            if kind.name in self.unit.program.classes:
                return self._member(node, code, kind)
            return self.unit.runtime_member(self, node, code, kind)
        if kind == DATE:
            return f"{code}.{node.attr}", INT
        if kind.kind == "array" and node.attr == "item":
            return f"items({code})", Type("items", (FLOAT,), kind.name)
        raise self.module.refuse(node, f"nothing is known of '{node.attr}' of a value of type {kind}")

    def _member(self, node: ast.Attribute, code: str, kind: Type) -> Code:
        method = self.unit.program.method(kind.name, node.attr)
        if method is None:
            return f"{code}->{safe(node.attr)}", self.unit.field(kind.name, node.attr, node, self.module)
        owner, definition = method
        target = self.unit.method(owner, definition)
        result = self.unit.result_of(owner.module, definition)
        if is_property(definition):
            return f"{target}({code})", result
        types = tuple(t for _, t in self.unit.parameters(owner.module, definition)[1:])
        kind_of_call = fn(types, result)
        arguments = "".join(f", {cpp(t)} a{k}" for k, t in enumerate(types))
        called = f"{target}(static_cast<{owner.name}*>(o){''.join(f', a{k}' for k in range(len(types)))})"
        return f"{cpp(kind_of_call)}::bound({code}, [](void* o{arguments}) -> {cpp(result)} {{ return {called}; }})", kind_of_call

    def _binary(self, node: ast.BinOp) -> Code:
        (a, one), (b, other) = self.in_order([node.left, node.right], [None, None])
        (a, one), (b, other), operator = self._some(node.left, a, one), self._some(node.right, b, other), type(node.op)
        if INTS in (one, other):
            return f"({a} {_OPERATORS[operator]} {b})", INTS
        if one.kind == other.kind == "list" and operator is ast.Add:
            return f"joined({a}, {b})", one
        if DATE in (one, other):
            return f"({a} {_OPERATORS[operator]} {b})", DATE
        if not {one.kind, other.kind} <= {"int", "float", "bool", "any"}:
            raise self.module.refuse(node, f"no such operation on {one} and {other}")
        kind = FLOAT if FLOAT in (one, other) or operator is ast.Div else INT
        if operator is ast.Pow:
            return f"power({a}, {b})", FLOAT
        if operator in _FUNCTIONS:
            a, b = (self.coerced(node, x, k, FLOAT if kind == FLOAT else INT) for x, k in ((a, one), (b, other)))
            return f"{_FUNCTIONS[operator]}({a}, {b})", kind
        if one == other == BOOL:
            a, b = f"i64({a})", f"i64({b})"
        return f"({a} {_OPERATORS[operator]} {b})", kind

    def _compare(self, node: ast.Compare) -> Code:
        if len(node.ops) > 1:
            pairs = zip([node.left, *node.comparators], node.comparators, node.ops, strict=False)
            if any(self.has_effect(c) for c in node.comparators[:-1]):
                raise self.module.refuse(node, "no call with an effect within a chain of comparisons")
            parts = [self._compare(ast.copy_location(ast.Compare(a, [op], [b]), node))[0] for a, b, op in pairs]
            return f"({' && '.join(parts)})", BOOL
        left, operator, right = node.left, node.ops[0], node.comparators[0]
        if isinstance(right, ast.Constant) and right.value is None:
            code, _ = self.expr(left)
            return f"{'!' * isinstance(operator, ast.IsNot)}is_none({code})", BOOL
        if isinstance(operator, ast.In | ast.NotIn):
            (a, _), (b, holder) = self.in_order([left, right], [None, None])
            b, holder = self._some(right, b, holder)
            if holder.kind == "tuple":
                b = f"list_from<{cpp(holder.args[0])}>({b})"
            return f"{'!' * isinstance(operator, ast.NotIn)}contains({b}, {a})", BOOL
        (a, one), (b, other) = self.in_order([left, right], [None, None])
        if not isinstance(operator, ast.Eq | ast.NotEq | ast.Is | ast.IsNot):
            (a, one), (b, other) = self._some(left, a, one), self._some(right, b, other)
        one, other = self._plain(one), self._plain(other)
        is_identity = isinstance(operator, ast.Is | ast.IsNot)
        if is_identity and {one.kind, other.kind} - {"enum", "class", "union", "opt"}:
            raise self.module.refuse(node, "`is` on a value: write == or !=")
        if "union" in (one.kind, other.kind) and one != other:
            a, b = (x if k.kind == "union" else f"{cpp(other if k == one else one)}({x})" for x, k in ((a, one), (b, other)))
        elif one.kind == other.kind == "class" and not is_identity:
            return f"{'!' * isinstance(operator, ast.NotEq)}{self.unit.equality(self, one)}({a}, {b})", BOOL
        if one.kind == "tuple":
            return f"before({a}, {b})", BOOL
        return f"({a} {_COMPARE[type(operator)]} {b})", BOOL

    def _some(self, node: ast.AST, code: str, kind: Type) -> Code:
        """Return a value that is not None here."""
        return (self.coerced(node, code, kind, kind.args[0]), kind.args[0]) if kind.kind == "opt" else (code, kind)

    @staticmethod
    def _plain(kind: Type) -> Type:
        return kind.args[0] if kind.kind == "opt" and null_is_none(kind.args[0]) else kind

    def _bool(self, node: ast.BoolOp, want: Type | None) -> Code:
        kinds = [self.type(v) for v in node.values]
        if all(k == BOOL for k in kinds) or want == BOOL:
            first = self.condition(node.values[0])
            rest = [self.apart(v, condition=True)[0] for v in node.values[1:]]
            return "(" + (" && " if isinstance(node.op, ast.And) else " || ").join([first, *rest]) + ")", BOOL
        if isinstance(node.op, ast.Or):
            result = without_none(kinds[0])
            for kind in kinds[1:]:
                result = join(result, kind) or result
            code, _ = self.expr(node.values[0])
            for value, kind in zip(node.values[1:], kinds, strict=False):
                other, _ = self.apart(value, result)
                name = self.temporary(code, kind)
                code = f"(truth({name}) ? {self.coerced(node, name, kind, result)} : {other})"
            return code, result
        first = self.condition(node.values[0])
        return "(" + " && ".join([first, *(self.apart(v, condition=True)[0] for v in node.values[1:])]) + ")", BOOL

    def _conditional(self, node: ast.IfExp, want: Type | None) -> Code:
        test = self.condition(node.test)
        if want is None or want == ANY:
            want = join(self.type(node.body), self.type(node.orelse))
            if want is None:
                raise self.module.refuse(node, "the two sides are of different types")
        one, other = self.apart(node.body, want)[0], self.apart(node.orelse, want)[0]
        return f"({test} ? {one} : {other})", want

    def _list(self, node: ast.List, want: Type | None) -> Code:
        item = want.args[0] if want and want.kind == "list" else None
        if not node.elts:
            kind = want if want and want.kind == "list" else list_of(ANY)
            return f"make<{cpp(kind)[:-1]}>()", kind
        if item is None:
            for element in node.elts:
                kind = self.held_type(element.value).args[0] if isinstance(element, ast.Starred) else self.type(element)
                item = kind if item is None else join(item, kind)
        if item is None:
            raise self.module.refuse(node, "the items are of different types")
        kind = list_of(item)
        if any(isinstance(element, ast.Starred) for element in node.elts):
            name = self.temporary(f"make<{cpp(kind)[:-1]}>()", kind)
            for element in node.elts:
                if isinstance(element, ast.Starred):
                    self.temporaries.append(f"extend_({name}, {self.held(element.value)[0]});")
                else:
                    self.temporaries.append(f"{name}->append({self.expr(element, item)[0]});")
            return name, kind
        parts = self.in_order(node.elts, [item] * len(node.elts))
        return f"list_with<{cpp(item)}>({{{', '.join(c for c, _ in parts)}}})", kind

    def _unstarred(self, nodes: Sequence[ast.expr]) -> Sequence[ast.expr]:
        for node in nodes:
            if isinstance(node, ast.Starred):
                raise self.module.refuse(node, "no * in a list or tuple")
        return nodes

    def _dict(self, node: ast.Dict, want: Type | None) -> Code:
        keys = [key for key in node.keys if key is not None]
        if len(keys) < len(node.keys):
            raise self.module.refuse(node, "no ** in a dict")
        if not keys:
            kind = want if want and want.kind == "dict" else Type("dict", (ANY, ANY))
            return f"make<{cpp(kind)[:-1]}>()", kind
        key = want.args[0] if want and want.kind == "dict" else self.type(keys[0])
        item = want.args[1] if want and want.kind == "dict" else None
        for value in node.values if item is None else []:
            item = self.type(value) if item is None else join(item, self.type(value))
        kind = Type("dict", (key, item))  # type: ignore[arg-type]
        pairs = [f"{{{self.expr(k, key)[0]}, {self.expr(v, item)[0]}}}" for k, v in zip(keys, node.values, strict=True)]
        return f"dict_with<{cpp(key)}, {cpp(item)}>({{{', '.join(pairs)}}})", kind  # type: ignore[arg-type]

    # ---- loops within expressions

    def iterable(self, node: ast.AST) -> tuple[str, Type]:
        """Return what a loop goes over and the type of each item."""
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name == "range":
                return f"range({', '.join(self.expr(a, INT)[0] for a in node.args)})", INT
            if name in ("enumerate", "zip"):
                parts = [self.iterable(a) for a in node.args]
                kinds = ([INT] if name == "enumerate" else []) + [k for _, k in parts]
                return f"{name}_({', '.join(c for c, _ in parts)})", Type("tuple", tuple(kinds))
        code, kind = self.expr(node)
        kind = without_none(kind)
        if kind.kind == "list":
            return f"each({code})", kind.args[0]
        if kind.kind == "dict":
            return f"keys_({code})", kind.args[0]
        if kind.kind == "tuple" and len(set(kind.args)) == 1:
            return f"each(list_from<{cpp(kind.args[0])}>({code}))", kind.args[0]
        if kind.kind == "pairs":
            return code, Type("tuple", kind.args)
        raise self.module.refuse(node, f"no loop over {kind}")

    def bind(self, target: ast.AST, kind: Type, code: str) -> list[str]:
        """Return the C++ that gives a loop's item its names, which are known from here on."""
        if isinstance(target, ast.Name):
            self.names[target.id] = kind
            return [f"{cpp(kind)} {safe(target.id)} = {code};"]
        if isinstance(target, ast.Tuple) and kind.kind == "tuple":
            out: list[str] = []
            for k, part in enumerate(target.elts):
                if not (isinstance(part, ast.Name) and part.id == "_"):
                    out += self.bind(part, kind.args[k], f"std::get<{k}>({code})")
            return out
        raise self.module.refuse(target, "no such target of a loop")

    def _loops(self, loops: list[ast.comprehension]) -> tuple[str, int]:
        """Return the heads of a comprehension's loops, one in the other, and how many there are to be closed."""
        heads: list[str] = []
        for loop in loops:
            source, kind = self.iterable(loop.iter)
            item = self.unit.fresh("item")
            names = " ".join(self.bind(loop.target, kind, item))
            tests = [self.apart(c, condition=True)[0] for c in loop.ifs]
            heads.append(
                f"for (auto {item} : {source}) {{ {names} " + (f"if (!({' && '.join(tests)})) continue; " if tests else "")
            )
        return " ".join(heads), len(heads)

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp, want: Type | None) -> Code:
        names, kept, self.temporaries = dict(self.names), self.temporaries, []
        loops, depth = self._loops(node.generators)
        wanted = want.args[0] if want and want.kind == "list" and want.args[0] != ANY else None
        code, item = self.apart(node.elt, wanted)
        inside, self.names, self.temporaries = self.temporaries, names, kept
        result = list_of(item)
        start, end = f"{' '.join(inside)} auto out_ = make<{cpp(result)[:-1]}>(); {loops}", f"{'}' * depth} return out_;"
        body = f"{start} out_->append({code}); {end}"
        return f"[&] {{ {body} }}()", result

    def _dict_comprehension(self, node: ast.DictComp, want: Type | None) -> Code:
        names, kept, self.temporaries = dict(self.names), self.temporaries, []
        loops, depth = self._loops(node.generators)
        key, one = self.apart(node.key, want.args[0] if want and want.kind == "dict" else None)
        value, other = self.apart(node.value, want.args[1] if want and want.kind == "dict" else None)
        inside, self.names, self.temporaries = self.temporaries, names, kept
        result = Type("dict", (one, other))
        start, end = f"{' '.join(inside)} auto out_ = make<{cpp(result)[:-1]}>(); {loops}", f"{'}' * depth} return out_;"
        body = f"{start} out_->set({key}, {value}); {end}"
        return f"[&] {{ {body} }}()", result

    def _subscript(self, node: ast.Subscript) -> Code:
        code, kind = self.held(node.value)
        if isinstance(node.slice, ast.Slice):
            low = self.expr(node.slice.lower, INT)[0] if node.slice.lower else "0"
            high = self.expr(node.slice.upper, INT)[0] if node.slice.upper else "INT64_MAX"
            return f"slice_({code}, {low}, {high})", kind
        if kind.kind == "tuple":
            try:
                k = int(ast.literal_eval(node.slice)) % len(kind.args)
            except ValueError:
                k = -1
            if k >= 0:
                return f"std::get<{k}>({code})", kind.args[k]
            if len(set(kind.args)) == 1:
                return f"pick({code}, {self.expr(node.slice)[0]})", kind.args[0]
            raise self.module.refuse(node, "the place in a tuple of several types must be a number")
        if kind.kind == "dict":
            return f"at_({code}, {self.expr(node.slice, kind.args[0])[0]})", kind.args[1]
        if kind.kind == "array":
            return f"{code}[{self.expr(node.slice, INT)[0]}]", FLOAT
        if kind.kind == "list":
            return f"at_({code}, {self.expr(node.slice, INT)[0]})", kind.args[0]
        raise self.module.refuse(node, f"no places in a value of type {kind}")

    def _yield(self, node: ast.Yield) -> Code:
        if node.value is None:
            raise self.module.refuse(node, "a process yields an event")
        code, _ = self.expr(node.value, opt(cls("SimEvent")))
        sent = self.unit.sent_type(self)
        if sent in (NONE, ANY):
            return f"co_yield static_cast<SimEvent*>({code})", NONE
        return self.temporary(f"(co_yield static_cast<SimEvent*>({code})).as<{cpp(sent)}>()", sent), sent

    def _call(self, node: ast.Call, want: Type | None) -> Code:
        return self.unit.calls.call(self, node, want)
