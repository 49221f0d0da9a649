"""The translation unit: follows the calls from an entry, and puts together what it needs in an order that C++ takes."""

from __future__ import annotations

import ast
import enum
import inspect
from collections.abc import Callable

from cinsim.native.generator.basis import Code
from cinsim.native.generator.calls import Calls
from cinsim.native.generator.expressions import Expressions
from cinsim.native.generator.fields import assigned_type, is_field
from cinsim.native.generator.program import Class, Module, Named, Program, Refused, is_property, safe, struct_of
from cinsim.native.generator.statements import Function
from cinsim.native.generator.surface import MEMBERS
from cinsim.native.generator.types import ANY, FLOAT, INTS, NONE, STR, Type, cls, cpp, fn, join, without_none


class Unit:
    """Everything that an entry function needs, as C++."""

    def __init__(self) -> None:
        self.program, self.calls = Program(), Calls(self)
        self._number = 0
        self._functions: dict[str, tuple[str, str]] = {}  # target: declaration and definition
        self._waiting: list[Callable[[], None]] = []
        self._constants: dict[str, tuple[str, str]] = {}
        self._effects: dict[tuple[str, str], bool] = {}
        self._equalities: set[str] = set()
        self._value_names: dict[int, str] = {}

    def fresh(self, stem: str) -> str:
        """Return a name that nothing else has."""
        self._number += 1
        return f"{stem}_{self._number}"

    def plain(self, module: Module) -> Function:
        """Return a writer for what stands outside functions in a module."""
        return Function(self, module)

    # ---- functions and methods

    def parameters(self, module: Module, node: ast.FunctionDef) -> list[tuple[str, Type]]:
        """Return a function's parameters with their types; a method's ``self`` comes first, with no type of its own."""
        out = []
        for argument in (*node.args.args, *node.args.kwonlyargs):
            if argument.arg == "self" and argument.annotation is None:
                out.append(("self", NONE))
            elif argument.annotation is None:
                raise module.refuse(node, f"the parameter {argument.arg} has no annotation")
            else:
                out.append((argument.arg, self.program.type_of(argument.annotation, module)))
        return out

    def defaults(self, node: ast.FunctionDef) -> dict[str, ast.expr]:
        """Return the default of each parameter that has one."""
        placed = dict(zip(reversed([a.arg for a in node.args.args]), reversed(node.args.defaults), strict=False))
        named = {a.arg: d for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d is not None}
        return placed | named

    def result_of(self, module: Module, node: ast.FunctionDef) -> Type:
        """Return a function's result."""
        if node.returns is None:
            raise module.refuse(node, "the function has no return annotation")
        return self.program.type_of(node.returns, module)

    def function(self, found: Named) -> str:
        """Return the C++ name of a function of a module, which is carried over if it was not yet."""
        if found.module.name == "cinsim.engine.variates" and found.name == "normal":
            return "normal"
        name = f"{found.module.name.removeprefix('cinsim.').replace('.', '_')}_{found.name}"
        self._carry(name, found.module, found.node, None)  # type: ignore[arg-type]
        return name

    def function_value(self, found: Named) -> Code:
        """Return a function of a module as a value."""
        target, node = self.function(found), found.node
        parameters = self.parameters(found.module, node)  # type: ignore[arg-type]
        kind = fn(tuple(t for _, t in parameters), self.result_of(found.module, node))  # type: ignore[arg-type]
        arguments = ", ".join(f"{cpp(t)} a{k}" for k, t in enumerate(kind.args[:-1]))
        given = ", ".join(f"a{k}" for k in range(len(kind.args) - 1))
        head = f"[](void*{', ' + arguments if arguments else ''}) -> {cpp(kind.args[-1])} {{ return {target}({given}); }}"
        return f"{cpp(kind)}::bound(nullptr, {head})", kind

    def method(self, owner: Class, node: ast.FunctionDef) -> str:
        """Return the C++ name of a method, which is carried over if it was not yet."""
        for derived in self.program.classes.values():
            if derived.base == owner.name and node.name in derived.methods and node.name != "__init__":
                raise owner.module.refuse(node, f"{derived.name} has a method of this name too")
        name = f"{owner.name}_{node.name}"
        self._carry(name, owner.module, node, owner)
        return name

    def _carry(self, name: str, module: Module, node: ast.FunctionDef, owner: Class | None) -> None:
        if name in self._functions:
            return
        self._functions[name] = ("", "")
        self._waiting.append(lambda: self._write(name, module, node, owner))

    def _write(self, name: str, module: Module, node: ast.FunctionDef, owner: Class | None) -> None:
        function = Function(self, module, owner)
        parameters = [(n, cls(owner.name) if n == "self" and owner else t) for n, t in self.parameters(module, node)]
        result = NONE if node.name == "__init__" else self.result_of(module, node)
        lines = function.body(node, parameters, result)
        given = ", ".join(f"{cpp(t)} {safe(n)}{'_given' * (n in function.cells)}" for n, t in parameters)
        head = f"{cpp(result)} {name}({given})"
        self._functions[name] = (head + ";", head + " {\n  " + "\n  ".join(lines) + "\n}")

    def changes_something(self, name: str, module: Module) -> bool:
        """Return whether calling what bears a name may change something; on the safe side."""
        key = (name, "")
        if key in self._effects:
            return self._effects[key]
        self._effects[key] = False  # a function that calls itself adds nothing
        nodes = []
        found = self.program.resolve(module, name)
        if found is not None and isinstance(found.node, ast.FunctionDef):
            nodes.append((found.module, found.node))
        nodes += [(c.module, c.methods[name]) for c in self.program.classes.values() if name in c.methods]
        if not nodes:
            answer = not (found is not None and isinstance(found.node, ast.ClassDef))
        else:
            answer = any(self._has_effect(m, n) for m, n in nodes)
        self._effects[key] = answer
        return answer

    def _has_effect(self, module: Module, node: ast.FunctionDef) -> bool:
        probe = Function(self, module)
        for n in ast.walk(node):
            if isinstance(n, ast.Attribute | ast.Subscript) and isinstance(n.ctx, ast.Store | ast.Del):
                return True
            if isinstance(n, ast.Yield | ast.YieldFrom) or (isinstance(n, ast.Call) and probe._call_has_effect(n)):
                return True
        return False

    # ---- closures

    def nested_type(self, at: Function, node: ast.FunctionDef) -> Type:
        """Return the type of a nested function."""
        types = tuple(t for _, t in self.parameters(at.module, node))
        return fn(types, self.result_of(at.module, node))

    def closure(self, at: Expressions, node: ast.FunctionDef | ast.Lambda, want: Type | None) -> Code:
        """Return a nested function or lambda as a value."""
        inside = Function(self, at.module, at.own, at.names, at.cells)
        if isinstance(node, ast.Lambda):
            names = [a.arg for a in node.args.args]
            types = list(without_none(want).args[:-1]) if want and without_none(want).kind == "fn" else []
            if len(types) != len(names):
                raise at.module.refuse(node, "the types of a lambda's parameters are not known here")
            inside.names |= dict(zip(names, types, strict=True))
            inside.cells -= set(names)
            result = without_none(want).args[-1]  # type: ignore[arg-type]
            code, kind = inside.apart(node.body, None if result == NONE else result)
            body = f"{code};" if result == NONE else f"return {code};"
            parameters = list(zip(names, types, strict=True))
        else:
            parameters, result = self.parameters(at.module, node), self.result_of(at.module, node)
            if result.kind == "gen":
                raise at.module.refuse(node, "no nested generator")
            body = " ".join(line + "\n" if line.startswith("//") else line for line in inside.body(node, parameters, result))
        given = ", ".join(f"{cpp(t)} {safe(n)}{'_given' * (n in inside.cells and n in inside.inner)}" for n, t in parameters)
        kind = fn(tuple(t for _, t in parameters), result)
        return f"make_fn<{cpp(kind)[3:-1]}>([=]({given}) mutable -> {cpp(result)} {{ {body} }})", kind

    def key(self, at: Expressions, node: ast.AST, item: Type) -> str:
        """Return what items are ordered by, as a C++ lambda."""
        if isinstance(node, ast.Name) and node.id not in at.names:
            found = self.program.resolve(at.module, node.id)
            assigned = found.node.value if found and isinstance(found.node, ast.Assign) else None
            if isinstance(assigned, ast.Call) and ast.unparse(assigned.func) == "attrgetter":
                name = assigned.args[0].value  # type: ignore[attr-defined]
                self.field(item.name, name, node, at.module)
                return f"[](auto x_) {{ return x_->{safe(name)}; }}"
        if not isinstance(node, ast.Lambda):
            raise at.module.refuse(node, "a key is a lambda or an attrgetter")
        inside = Function(self, at.module, at.own, at.names, at.cells)
        (argument,) = node.args.args
        inside.names[argument.arg] = item
        code, _ = inside.apart(node.body)
        return f"[&]({cpp(item)} {safe(argument.arg)}) {{ return {code}; }}"

    def sent_type(self, at: Expressions) -> Type:
        """Return what a process is sent when it goes on."""
        sent = getattr(at, "sent", ANY)
        return NONE if sent == ANY else sent

    # ---- classes

    def field(self, name: str, attribute: str, node: ast.AST, module: Module) -> Type:
        """Return the type of a field, found where it is declared or first given a value."""
        for c in self.program.lineage(name):
            if attribute in c.fields:
                return c.fields[attribute]
        for c in self.program.lineage(name):
            kind = self._field_of(c, attribute)
            if kind is not None:
                c.fields[attribute] = kind
                return kind
        raise module.refuse(node, f"{name} has no field '{attribute}' whose type is known")

    def _field_of(self, c: Class, attribute: str) -> Type | None:
        if c.name == "Parameters":
            return FLOAT
        for declared in c.declared:
            if declared.target.id == attribute:  # type: ignore[union-attr]
                return self.program.type_of(declared.annotation, c.module)
        for method in sorted(c.methods.values(), key=lambda m: m.name != "__init__"):
            for s in ast.walk(method):
                if isinstance(s, ast.AnnAssign) and is_field(s.target, attribute):
                    return self.program.type_of(s.annotation, c.module)
        init = c.methods.get("__init__")
        if init is None or attribute in c.under_way:
            return None
        c.under_way.add(attribute)
        try:
            return assigned_type(self, c, init, attribute)
        finally:
            c.under_way.discard(attribute)

    def constructor_parameters(self, c: Class) -> tuple[list[tuple[str, Type]], dict[str, ast.expr]]:
        """Return what making an instance takes, and defaults."""
        if c.is_dataclass:
            parameters = [(d.target.id, self.program.type_of(d.annotation, c.module)) for d in c.declared]  # type: ignore[union-attr]
            return parameters, {d.target.id: d.value for d in c.declared if d.value is not None}  # type: ignore[union-attr]
        init = c.methods["__init__"]
        return self.parameters(c.module, init)[1:], self.defaults(init)

    def initialiser(self, c: Class) -> str:
        """Return the C++ name of a class's ``__init__``."""
        self._carry(f"{c.name}_init", c.module, c.methods["__init__"], c)
        return f"{c.name}_init"

    def constructor(self, c: Class) -> str:
        """Return the C++ name of what makes an instance."""
        name = f"new_{c.name}"
        if c.made:
            return name
        c.made = True
        parameters, _ = self.constructor_parameters(c)
        given = ", ".join(f"{cpp(t)} {safe(n)}" for n, t in parameters)
        if c.is_dataclass:
            for field_name, kind in parameters:
                c.fields[field_name] = kind
            fill = " ".join(f"self->{safe(n)} = {safe(n)};" for n, _ in parameters)
        else:
            fill = f"{self.initialiser(c)}({', '.join(['self', *(safe(n) for n, _ in parameters)])});"
        head = f"{c.name}* {name}({given})"
        self._functions[name] = (head + ";", f"{head} {{ auto self = make<{c.name}>(); {fill} return self; }}")
        return name

    def equality(self, kind: Type) -> str:
        """Return the C++ name of what compares two instances of a dataclass field by field."""
        c = self.program.classes[kind.name]
        name = f"equal_{c.name}"
        if name not in self._functions:
            if not c.declared:
                raise Refused(f"{c.module.path}: instances of {c.name} can only be compared by `is`")
            parts = []
            for d in c.declared:
                t = self.field(c.name, d.target.id, d, c.module)  # type: ignore[union-attr]
                parts.append(f"equal_(a->{safe(d.target.id)}, b->{safe(d.target.id)})")  # type: ignore[union-attr]
                if without_none(t).kind == "class":
                    raise Refused(f"{c.module.path}: a field of {c.name} is an object, so that it is not compared")
            head = f"bool {name}({c.name}* a, {c.name}* b)"
            self._functions[name] = (head + ";", f"{head} {{ return {' && '.join(parts)}; }}")
        return name

    def runtime_member(self, at: Expressions, node: ast.Attribute, code: str, kind: Type) -> Code:
        """Return what is read of an object of the runtime."""
        member = MEMBERS.get((kind.name, node.attr))
        if member is None and kind.name == "Recurring":
            member = MEMBERS.get(("SimEvent", node.attr))
        if member is None:
            raise at.module.refuse(node, f"the runtime's {kind.name} has no '{node.attr}'")
        return f"{code}->{node.attr}", member

    # ---- constants

    def constant_named(self, found: Named, name: str) -> Code:
        """Return a constant of a module."""
        value = found.value
        if name == "normal" and found.module.name == "cinsim.engine.variates":
            return "Fn<double(double)>::bound(nullptr, [](void*, double u) { return normal(u); })", fn((FLOAT,), FLOAT)
        if isinstance(value, bool | int | float | str | enum.Enum):
            return self.plain(found.module).constant(value, None)
        annotated = found.node.annotation if isinstance(found.node, ast.AnnAssign) else None
        return self.value(value, found.module, annotated, name)

    def value(self, value: object, module: Module, annotation: ast.AST | None = None, name: str = "value") -> Code:
        """Return a constant as a C++ expression: plain ones as they are, others made once a run."""
        if isinstance(value, bool | int | float | str | enum.Enum):
            return self.plain(module).constant(value, None)
        if isinstance(value, frozenset):
            codes = [self.plain(module).constant(v, None)[0] for v in sorted(value)]
            return f"IntSet({{{', '.join(c + '.id' if c.startswith('Str') else c for c in codes)}}})", INTS
        declared = annotation is not None and ast.unparse(annotation) != "Final"
        kind = self.program.type_of(annotation, module) if annotation and declared else self.program.type_of_value(value)
        if id(value) not in self._value_names:
            self._value_names[id(value)] = constant = self.fresh(f"constant_{name}")
            self._constants[constant] = (cpp(kind), self._made(value, module, kind))
        return self._value_names[id(value)], kind

    def _made(self, value: object, module: Module, kind: Type) -> str:
        def one(item: object, wanted: Type) -> str:
            if inspect.isfunction(item):
                owner = self.program.module(item.__module__)
                code, of = self.function_value(Named(owner, owner.definitions[item.__name__], item))
            else:
                code, of = self.value(item, module)
            return self.plain(module).coerced(module.tree, code, of, wanted)

        if isinstance(value, dict):
            pairs = ", ".join(f"{{{one(k, kind.args[0])}, {one(v, kind.args[1])}}}" for k, v in value.items())
            return f"dict_with<{cpp(kind.args[0])}, {cpp(kind.args[1])}>({{{pairs}}})"
        if isinstance(value, tuple | list):
            if kind.kind == "list":
                return f"list_with<{cpp(kind.args[0])}>({{{', '.join(one(v, kind.args[0]) for v in value)}}})"
            return f"{cpp(kind)}({', '.join(one(v, t) for v, t in zip(value, kind.args, strict=True))})"
        c = self.program.classes[kind.name]
        fields = {d.target.id: self.field(c.name, d.target.id, d, c.module) for d in c.declared}  # type: ignore[union-attr]
        fill = " ".join(f"o->{safe(n)} = {one(getattr(value, n), t)};" for n, t in fields.items())
        return f"[] {{ auto o = make<{c.name}>(); {fill} return o; }}()"

    # ---- the whole

    def carry_all(self) -> None:
        """Write every function that is waiting, and those that they call."""
        while self._waiting:
            self._waiting.pop()()

    def text(self) -> str:
        """Return the C++ of all that was carried over."""
        classes = list(self.program.classes.values())
        ordered = sorted(classes, key=lambda c: len(list(self.program.lineage(c.name))))
        used = [c for c in ordered if c.fields or c.made]
        parts = [
            f"enum class {name} : i64 {{ {', '.join(members.__members__)} }};" for name, members in self.program.enums.items()
        ]
        parts += [f"struct {c.name};" for c in classes]
        parts += [struct_of(c) for c in used]
        parts += [declaration for declaration, _ in self._functions.values()]
        parts += [
            "struct Constants {",
            *(f"  {t} {name}{{}};" for name, (t, _) in self._constants.items()),
            "};",
            "static thread_local Constants* constants_ = nullptr;",
        ]
        parts += [f"#define {name} (constants_->{name})" for name in self._constants]
        parts += [
            "static void make_constants() {",
            "  constants_ = make<Constants>();",
            *(f"  {name} = {made};" for name, (_, made) in self._constants.items()),
            "}",
        ]
        parts += [definition for _, definition in self._functions.values()]
        return "\n".join(parts)


__all__ = ["STR", "Unit", "is_property", "join"]
