"""Expressions: each becomes C++ text and a type."""

from __future__ import annotations

import ast
import enum
import math
from typing import TYPE_CHECKING

from cinsim.native.generator.program import Refused, is_property, safe
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
    opt,
    without_none,
)  # fmt: skip
from cinsim.native.generator.types import (
    enum as enum_type,
)

if TYPE_CHECKING:
    pass

from cinsim.native.generator.basis import Code
from cinsim.native.generator.operators import Operators


class Expressions(Operators):
    """Writes the expressions of one function."""

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
