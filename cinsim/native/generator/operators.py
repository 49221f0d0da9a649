"""Operators, containers and the loops within expressions."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cinsim.native.generator.program import safe
from cinsim.native.generator.types import (
    ANY,
    BOOL,
    DATE,
    FLOAT,
    INT,
    INTS,
    Type,
    cpp,
    join,
    list_of,
    null_is_none,
    without_none,
)  # fmt: skip

if TYPE_CHECKING:
    pass

from cinsim.native.generator.basis import Basis, Code

_OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.RShift: ">>",
    ast.LShift: "<<",
}  # fmt: skip
_FUNCTIONS = {ast.Div: "divide", ast.FloorDiv: "floor_divide", ast.Mod: "modulo", ast.Pow: "power"}
_COMPARE = {ast.Eq: "==", ast.NotEq: "!=", ast.Is: "==", ast.IsNot: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


class Operators(Basis):
    """Writes operators and containers."""

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
            return f"{'!' * isinstance(operator, ast.NotEq)}{self.unit.equality(one)}({a}, {b})", BOOL
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
