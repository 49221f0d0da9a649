"""Statements: one function of the model becomes one function of C++, a process a coroutine.

Names are declared at the top with their types. A name that a nested function captures while it can still be bound anew is a
cell, as in Python; all others are captured by value.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from cinsim.native.generator.expressions import Expressions
from cinsim.native.generator.program import Class, Module, safe
from cinsim.native.generator.types import ANY, BOOL, INT, NONE, Type, cls, cpp, join, opt, without_none

if TYPE_CHECKING:
    from cinsim.native.generator.unit import Unit

FunctionNode = ast.FunctionDef | ast.Lambda


class Function(Expressions):
    """Writes one function, or one nested in another."""

    def __init__(
        self,
        unit: Unit,
        module: Module,
        own: Class | None = None,
        names: dict[str, Type] | None = None,
        cells: set[str] | None = None,
    ):
        self.unit, self.module, self.own = unit, module, own
        self.names, self.cells, self.temporaries = dict(names or {}), set(cells or ()), []
        self.is_generator, self.result = False, NONE
        self.sent: Type = ANY
        self.declarations: list[str] = []
        self.inner: set[str] = set()

    # ---- a whole function

    def body(self, node: ast.FunctionDef, parameters: list[tuple[str, Type]], result: Type) -> list[str]:
        """Return the lines of a function's body."""
        self.result, self.is_generator = result, result.kind == "gen"
        if self.is_generator:
            annotation = node.returns
            self.sent = self.unit.program.type_of(annotation.slice.elts[1], self.module)  # type: ignore[union-attr]
        self.names |= dict(parameters)
        mine = {name for name, _ in parameters}
        self.inner = mine | _bound(node)
        self.cells = (self.cells - self.inner) | _cells(node, self.inner)
        lines = [f"{cpp(t)}* {safe(n)} = make_cell<{cpp(t)}>({safe(n)}_given);" for n, t in parameters if n in self.cells]
        self._declare(node, mine)
        code = self.block(node.body)
        lines += self.declarations
        if self.is_generator and not (code and code[-1].startswith("co_return")):
            code.append("co_return;" if result.args[0] == NONE else "throw Stopped();")
        return [*lines, *code]

    def _declare(self, node: ast.FunctionDef, known: set[str]) -> None:
        """Find the type of every name that is bound, in the order of binding, and declare it."""
        for statement in _statements(node.body):
            for name, kind in self._binds(statement):
                if name in known or name == "_":
                    if name in self.names and name in self.inner and name not in {p for p in known if p not in self.inner}:
                        wider = join(self.names[name], kind)
                        if wider is not None and name not in {a.arg for a in node.args.args}:
                            self.names[name] = wider
                    continue
                self.names[name] = kind
                known.add(name)
        arguments = {a.arg for a in (*node.args.args, *node.args.kwonlyargs)}
        for name in sorted(self.inner - arguments - {"_"}):
            if name in self.names and self.names[name] != NONE:
                t = cpp(self.names[name])
                self.declarations.append(
                    f"{t}* {safe(name)} = make_cell<{t}>();" if name in self.cells else f"[[maybe_unused]] {t} {safe(name)}{{}};"
                )

    def _binds(self, statement: ast.stmt) -> list[tuple[str, Type]]:
        out: list[tuple[str, Type]] = []
        heads = [n for part in _heads(statement) for n in ast.walk(part) if not isinstance(n, ast.Lambda)]
        for walrus in heads:
            if isinstance(walrus, ast.NamedExpr):
                out.append((walrus.target.id, self.type(walrus.value)))
        match statement:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    out += self._target_types(target, value)
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                out.append((name, self.unit.program.type_of(annotation, self.module)))
            case ast.For(target=target, iter=source):
                out += self._item_types(target, self.iterable_type(source))
            case ast.FunctionDef():
                out.append((statement.name, self.unit.nested_type(self, statement)))
            case ast.Try():
                out += [(h.name, cls("Interrupted")) for h in statement.handlers if h.name]
        return out

    def iterable_type(self, node: ast.AST) -> Type:
        """Return the type of a loop's items without writing anything."""
        kept, self.temporaries = self.temporaries, []
        try:
            return self.iterable(node)[1]
        finally:
            self.temporaries = kept

    def _target_types(self, target: ast.AST, value: ast.AST) -> list[tuple[str, Type]]:
        if isinstance(target, ast.Name):
            return [(target.id, self.type(value))]
        if isinstance(target, ast.Tuple):
            if isinstance(value, ast.Tuple):
                return [pair for t, v in zip(target.elts, value.elts, strict=True) for pair in self._target_types(t, v)]
            kind = without_none(self.type(value))
            parts = kind.args if kind.kind == "tuple" else (kind.args[0],) * len(target.elts)
            return [pair for t, k in zip(target.elts, parts, strict=True) for pair in self._item_types(t, k)]
        return []

    def _item_types(self, target: ast.AST, kind: Type) -> list[tuple[str, Type]]:
        if isinstance(target, ast.Name):
            return [(target.id, kind)]
        if isinstance(target, ast.Tuple):
            return [pair for t, k in zip(target.elts, kind.args, strict=True) for pair in self._item_types(t, k)]
        return []

    # ---- statements

    def block(self, statements: list[ast.stmt]) -> list[str]:
        """Return the lines of some statements."""
        out: list[str] = []
        for statement in statements:
            kept, self.temporaries = self.temporaries, []
            lines = self.statement(statement)
            before, self.temporaries = self.temporaries, kept
            if before or lines:
                out.append(f"// {self.module.name.removeprefix('cinsim.')}:{statement.lineno}")
            out += before + lines
        return out

    def statement(self, s: ast.stmt) -> list[str]:
        """Return the lines of a statement; what comes before them stands in ``temporaries``."""
        match s:
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                return []
            case ast.Expr():
                code, _ = self.expr(s.value)
                return [f"{code};"] if code else []
            case ast.Assign():
                return self._assign(s)
            case ast.AnnAssign():
                if s.value is None:
                    return []
                wanted = self.unit.program.type_of(s.annotation, self.module)
                if isinstance(s.target, ast.Attribute):
                    wanted = self.expr(s.target)[1]
                return [self._store(s.target, *self.expr(s.value, wanted))]
            case ast.AugAssign():
                return self._augmented(s)
            case ast.If():
                lines = [f"if ({self.condition(s.test)}) {{", *self.block(s.body), "}"]
                return [*lines[:-1], "} else {", *self.block(s.orelse), "}"] if s.orelse else lines
            case ast.While():
                return self._while(s)
            case ast.For():
                return self._for(s)
            case ast.Return():
                return self._return(s)
            case ast.Continue():
                return ["continue;"]
            case ast.Break():
                return ["break;"]
            case ast.Delete(targets=[ast.Subscript() as target]):
                (code, _), (key, _) = self.expr(target.value), self.expr(target.slice)
                return [f"erase_({code}, {key});"]
            case ast.FunctionDef():
                code, _ = self.unit.closure(self, s, None)
                return [f"{self._read(s.name)} = {code};"]
            case ast.Try(handlers=[ast.ExceptHandler()]) if not s.finalbody and not s.orelse:
                return self._try(s)
            case ast.Raise(exc=None):
                return ["throw caught_;"]
            case ast.Raise():
                return [f'throw Failed("{self.module.name}:{s.lineno}");']
            case ast.Assert():
                return [f'if (!({self.condition(s.test)})) throw Failed("{self.module.name}:{s.lineno}");']
        raise self.module.refuse(s, "no such statement in the subset")

    def _assign(self, s: ast.Assign) -> list[str]:
        if len(s.targets) == 1 and isinstance(s.targets[0], ast.Tuple):
            return self._unpack(s.targets[0], s.value)
        wants = [self._target_type(t) for t in s.targets]
        code, kind = self.expr(s.value, wants[0])
        if len(s.targets) > 1:
            code = self.temporary(code, kind)
        return [
            self._store(t, self.coerced(s, code, kind, w) if w else code, w or kind)
            for t, w in zip(s.targets, wants, strict=True)
        ]

    def _target_type(self, target: ast.AST) -> Type | None:
        if isinstance(target, ast.Name):
            return self.names[target.id]
        if isinstance(target, ast.Attribute):
            return self.type(target)
        if isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Slice):
            kind = without_none(self.type(target.value))
            return kind.args[1] if kind.kind == "dict" else kind.args[0]
        return self.type(target.value) if isinstance(target, ast.Subscript) else None

    def _unpack(self, target: ast.Tuple, value: ast.AST) -> list[str]:
        if isinstance(value, ast.Tuple):
            wants = [self._target_type(t) for t in target.elts]
            parts = [self.temporary(*self.expr(v, w)) for v, w in zip(value.elts, wants, strict=True)]
            return [self._store(t, p, w) for t, p, w in zip(target.elts, parts, wants, strict=True)]
        code, kind = self.expr(value)
        if kind.kind == "opt":
            code, kind = self.coerced(value, code, kind, kind.args[0]), kind.args[0]
        whole = self.temporary(code, kind)
        out = []
        for k, part in enumerate(target.elts):
            if isinstance(part, ast.Name) and part.id == "_":
                continue
            item = kind.args[k] if kind.kind == "tuple" else kind.args[0]
            piece = f"std::get<{k}>({whole})" if kind.kind == "tuple" else f"at_({whole}, i64({k}))"
            wanted = self._target_type(part)
            out.append(self._store(part, self.coerced(part, piece, item, wanted or item), wanted or item))
        return out

    def _store(self, target: ast.AST, code: str, kind: Type | None) -> str:
        if isinstance(target, ast.Name):
            return f"{self._read(target.id)} = {code};"
        if isinstance(target, ast.Attribute):
            return f"{self.expr(target)[0]} = {code};"
        if isinstance(target, ast.Subscript):
            holder, _ = self.expr(target.value)
            if isinstance(target.slice, ast.Slice):
                low = self.expr(target.slice.lower, INT)[0] if target.slice.lower else "0"
                high = self.expr(target.slice.upper, INT)[0] if target.slice.upper else "INT64_MAX"
                return f"put_slice({holder}, {low}, {high}, {code});"
            kind = without_none(self.type(target.value))
            key = self.expr(target.slice, kind.args[0] if kind.kind == "dict" else INT)[0]
            return f"put({holder}, {key}, {code});"
        raise self.module.refuse(target, "no such target in the subset")

    def _augmented(self, s: ast.AugAssign) -> list[str]:
        joined = ast.copy_location(ast.BinOp(_as_read(s.target), s.op, s.value), s)
        wanted = self._target_type(s.target)
        code, _ = self.expr(joined, wanted)
        return [self._store(s.target, code, wanted)]

    def _while(self, s: ast.While) -> list[str]:
        if s.orelse:
            raise self.module.refuse(s, "no else of a loop")
        kept, self.temporaries = self.temporaries, []
        test = self.condition(s.test)
        before, self.temporaries = self.temporaries, kept
        if before:
            return ["while (true) {", *before, f"if (!({test})) break;", *self.block(s.body), "}"]
        return [f"while ({test}) {{", *self.block(s.body), "}"]

    def _for(self, s: ast.For) -> list[str]:
        if s.orelse:
            raise self.module.refuse(s, "no else of a loop")
        source, kind = self.iterable(s.iter)
        item = self.unit.fresh("item")
        return [f"for (auto {item} : {source}) {{", *self._item(s.target, kind, item), *self.block(s.body), "}"]

    def _item(self, target: ast.AST, kind: Type, code: str) -> list[str]:
        if isinstance(target, ast.Name):
            return (
                []
                if target.id == "_"
                else [f"{self._read(target.id)} = {self.coerced(target, code, kind, self.names[target.id])};"]
            )
        assert isinstance(target, ast.Tuple)
        return [line for k, part in enumerate(target.elts) for line in self._item(part, kind.args[k], f"std::get<{k}>({code})")]

    def _return(self, s: ast.Return) -> list[str]:
        wanted = self.result.args[0] if self.is_generator else self.result
        word = "co_return" if self.is_generator else "return"
        if s.value is None:
            return [f"{word};"]
        code, kind = self.expr(s.value, None if wanted == NONE else wanted)
        if wanted == NONE:
            return [f"{code};", f"{word};"] if kind == NONE and code != "nullptr" else [f"{word};"]
        return [f"{word} {code};"]

    def _try(self, s: ast.Try) -> list[str]:
        (handler,) = s.handlers
        if ast.unparse(handler.type) != "simpy.Interrupt":  # type: ignore[arg-type]
            raise self.module.refuse(s, "only simpy.Interrupt is caught in the subset")
        name = self.unit.fresh("caught")
        lines = [
            f"bool {name} = false; Interrupt caught_{{}};",
            "try {",
            *self.block(s.body),
            f"}} catch (Interrupt& e_) {{ caught_ = e_; {name} = true; }}",
        ]
        bind = [f"{safe(handler.name)} = make_cell<Interrupted>(Interrupted{{caught_.cause}});"] if handler.name else []
        return ["{", *lines, f"if ({name}) {{", *bind, *self.block(handler.body), "}", "}"]


def _statements(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return all statements of a function in their order, those of nested functions left out."""
    out: list[ast.stmt] = []
    for s in body:
        out.append(s)
        for part in ("body", "orelse", "finalbody"):
            if not isinstance(s, ast.FunctionDef):
                out += _statements(getattr(s, part, []))
        for handler in getattr(s, "handlers", []):
            out += _statements(handler.body)
    return out


def _heads(s: ast.stmt) -> list[ast.AST]:
    """Return the expressions that belong to a statement itself."""
    if isinstance(s, ast.FunctionDef):
        return []
    return [v for name, v in ast.iter_fields(s) if isinstance(v, ast.expr) and name != "annotation"]


def _bound(node: ast.FunctionDef) -> set[str]:
    """Return the names that a function binds itself."""
    out: set[str] = set()
    for s in _statements(node.body):
        if isinstance(s, ast.FunctionDef):
            out.add(s.name)
            continue
        if isinstance(s, ast.Try):
            out |= {h.name for h in s.handlers if h.name}
        parts: list[ast.AST] = [s.target] if isinstance(s, ast.For) else _heads(s)
        for part in [*parts, *(s.targets if isinstance(s, ast.Assign) else [])]:
            out |= {
                n.id
                for n in ast.walk(part)
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and not _in_comprehension(part, n)
            }
        if isinstance(s, ast.For):
            out |= {n.target.id for n in ast.walk(s.iter) if isinstance(n, ast.NamedExpr)}
    return out


def _in_comprehension(root: ast.AST, name: ast.Name) -> bool:
    return any(
        name in ast.walk(g.target)
        for n in ast.walk(root)
        if isinstance(n, ast.ListComp | ast.GeneratorExp | ast.DictComp | ast.SetComp)
        for g in n.generators
    )


def _cells(node: ast.FunctionDef, own: set[str]) -> set[str]:
    """Return the function's names that nested functions capture and that can still be bound anew by then."""
    statements = _statements(node.body)
    captured: dict[str, int] = {}
    for s in statements:
        for inner in (
            [s]
            if isinstance(s, ast.FunctionDef)
            else [n for part in _heads(s) for n in ast.walk(part) if isinstance(n, ast.Lambda)]
        ):
            parameters = {a.arg for a in inner.args.args}
            for n in ast.walk(inner):
                if isinstance(n, ast.Name) and n.id in own and n.id not in parameters:
                    captured.setdefault(n.id, inner.lineno)
    loops = [(s.lineno, s.end_lineno or s.lineno) for s in statements if isinstance(s, ast.While | ast.For)]
    out = set()
    for name, line in captured.items():
        bindings = [s.lineno for s in statements if name in _names_bound_by(s)]
        is_parameter = name in {a.arg for a in (*node.args.args, *node.args.kwonlyargs)}
        within = any(low <= b <= high for b in bindings for low, high in loops)
        if len(bindings) + is_parameter > 1 or any(b >= line for b in bindings) or within:
            out.add(name)
    return out


def _names_bound_by(s: ast.stmt) -> set[str]:
    if isinstance(s, ast.FunctionDef):
        return {s.name}
    shallow = ast.copy_location(ast.FunctionDef("f", ast.arguments([], [], None, [], [], None, []), [s], []), s)
    mine = _bound(shallow)
    for part in ("body", "orelse", "finalbody"):
        for inner in getattr(s, part, []) if not isinstance(s, ast.FunctionDef) else []:
            mine -= _names_bound_by(inner) - (_bound_directly(s))
    return mine


def _bound_directly(s: ast.stmt) -> set[str]:
    parts = [s.target] if isinstance(s, ast.For) else _heads(s)
    return {n.id for p in parts for n in ast.walk(p) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _as_read(target: ast.AST) -> ast.expr:
    copy = ast.parse(ast.unparse(target), mode="eval").body
    return ast.copy_location(copy, target)


__all__ = ["BOOL", "Function", "opt"]
