"""Types of fields that no annotation names: that of what ``__init__`` gives them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from cinsim.native.generator.program import Class, Module, Refused
from cinsim.native.generator.statements import Function
from cinsim.native.generator.types import NONE, Type, cls, without_none

if TYPE_CHECKING:
    from cinsim.native.generator.unit import Unit


def assigned_type(unit: Unit, c: Class, init: ast.FunctionDef, attribute: str) -> Type | None:
    """Return the type of what ``__init__`` first gives a field, None where it gives it nothing."""
    at = Function(unit, c.module, c)
    at.names = {n: cls(c.name) if n == "self" else t for n, t in _known_parameters(unit, c.module, init)}
    for s in ast.walk(init):
        if not isinstance(s, ast.Assign):
            continue
        for target in s.targets:
            pairs = [(target, s.value)]
            if isinstance(target, ast.Tuple):
                if isinstance(s.value, ast.Tuple):
                    pairs = list(zip(target.elts, s.value.elts, strict=True))
                elif isinstance(s.value, ast.GeneratorExp):
                    pairs = [(t, s.value.elt) for t in target.elts]
                    if any(is_field(t, attribute) for t in target.elts):
                        _locals(at, init)
                        inner = Function(unit, c.module, c, at.names)
                        _, kind = inner.iterable(s.value.generators[0].iter)
                        inner.bind(s.value.generators[0].target, kind, "item_")
                        return inner.type(s.value.elt)
                elif any(is_field(t, attribute) for t in target.elts):
                    _locals(at, init)
                    place = next(k for k, t in enumerate(target.elts) if is_field(t, attribute))
                    kind = without_none(at.type(s.value))
                    return kind.args[place] if kind.kind == "tuple" else kind.args[0]
            for t, value in pairs:
                if is_field(t, attribute):
                    _locals(at, init)
                    return at.type(value)
    return None


def _known_parameters(unit: Unit, module: Module, node: ast.FunctionDef) -> list[tuple[str, Type]]:
    out = [("self", NONE)]
    for argument in (*node.args.args, *node.args.kwonlyargs):
        if argument.annotation is not None:
            try:
                out.append((argument.arg, unit.program.type_of(argument.annotation, module)))
            except Refused:
                continue
    return out


def _locals(at: Function, init: ast.FunctionDef) -> None:
    for s in init.body:
        if isinstance(s, ast.Assign) and not any(isinstance(t, ast.Attribute) for t in s.targets):
            try:
                for name, kind in at._binds(s):
                    at.names.setdefault(name, kind)
            except Refused:
                continue


def is_field(target: ast.AST, attribute: str) -> bool:
    """Return whether a target is the field of ``self``."""
    return (
        isinstance(target, ast.Attribute)
        and isinstance(target.value, ast.Name)
        and target.value.id == "self"
        and target.attr == attribute
    )
