"""What all expressions need: the ways in, changes of type, and the order in which Python evaluates.

Python evaluates from left to right, C++ in any order. Where an operand has an effect, it and those before it are put into
temporaries of their own first (``self.before``); where there is no place for statements, in a lambda called at once.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cinsim.native.generator.program import Class, Module
from cinsim.native.generator.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NONE,
    Type,
    cpp,
    null_is_none,
    without_none,
)  # fmt: skip

if TYPE_CHECKING:
    from cinsim.native.generator.unit import Unit

Code = tuple[str, Type]
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


class Basis:
    """What a function's expressions are written with; :class:`cinsim.native.generator.expressions.Expressions` has them all."""

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

    def _expr(self, node: ast.AST, want: Type | None) -> Code:
        raise NotImplementedError

    def _bool(self, node: ast.BoolOp, want: Type | None) -> Code:
        raise NotImplementedError
