"""Collects from the integration's code every key that needs a text.

Read from the syntax tree, so that what no test runs through is found too. An expression is
evaluated in its own module, so that constants, tuples of them and enumerations count.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

from custom_components.solar_monitor.clients.errors import ClientError

from .repository import INTEGRATION, modules

_ABORTS: Final = {
    "_abort_if_unique_id_configured": "already_configured",
    "_async_abort_entries_match": "already_configured",
    "_abort_if_unique_id_mismatch": "unique_id_mismatch",
}
# Home Assistant has texts of its own for these.
_CENTRAL_ABORTS: Final = {"already_in_progress", "reauth_successful", "reconfigure_successful"}
_FORMS: Final = {"async_show_form", "async_show_menu"}
# What a flow shows that inherits the sign-in of Home Assistant.
_OAUTH_HANDLER: Final = "AbstractOAuth2FlowHandler"
_OAUTH_STEPS: Final = {"auth", "pick_implementation"}
_OAUTH_FIELDS: Final = {"implementation"}
_TABLE_ROWS: Final = ("Row", "EntityDescription")
# What is checked here is no form: the data of actions.
_NO_FORMS: Final = ("services", "exchange_schema")


# Their flows have their texts with the repair.
_REPAIRS: Final = "_repair"


@dataclass
class FlowKeys:
    """What flows show."""

    steps: set[str] = field(default_factory=set)
    menu_options: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)
    errors: set[str] = field(default_factory=set)
    aborts: set[str] = field(default_factory=set)
    placeholders: set[str] = field(default_factory=set)
    """What a flow gives to all of its texts, where that is named by a constant."""


@dataclass
class Keys(FlowKeys):
    """What was found. `unknown` are uses of a translation key that the collector does not know."""

    fixes: FlowKeys = field(default_factory=FlowKeys)
    """The flows of repairs that ask for more than a confirmation."""
    exceptions: set[str] = field(default_factory=set)
    devices: set[str] = field(default_factory=set)
    system_health: set[str] = field(default_factory=set)
    selectors: dict[str, set[str] | None] = field(default_factory=dict)
    issues: dict[str, Issue] = field(default_factory=dict)
    flow_title: bool = False
    unknown: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Issue:
    """A repair: whether it has a flow, and what its texts may leave open."""

    fixable: bool
    placeholders: frozenset[str]


@cache
def client_error_keys() -> set[str]:
    """Name every key of the clients' error family."""
    for path, _ in modules():
        if path.parts[0] == "clients":
            import_module(_module_name(path))

    def family(error: type[ClientError]) -> Iterator[type[ClientError]]:
        yield error
        for child in error.__subclasses__():
            yield from family(child)

    return {error.key for error in family(ClientError)}


@cache
def collect() -> Keys:
    """Go through all modules."""
    keys = Keys()
    for path, tree in modules():
        _Module(_module_name(path), tree, keys).visit(tree)
    return keys


def _module_name(path: Path) -> str:
    """Name the module of a file of the integration."""
    dotted = ".".join(path.with_suffix("").parts).removesuffix("__init__").rstrip(".")
    return f"custom_components.{INTEGRATION.name}" + (f".{dotted}" if dotted else "")


def _callee(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


class _Module(ast.NodeVisitor):
    """Collects from one module."""

    def __init__(self, name: str, tree: ast.Module, keys: Keys) -> None:
        self._name = name
        self._namespace = vars(import_module(name))
        self._keys = keys
        self._flow = keys.fixes if name.endswith(_REPAIRS) else keys
        self._steps = {
            node.name.removeprefix("async_step_")
            for node in ast.walk(tree)
            if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("async_step_")
        }
        self._has_forms = not name.endswith(_NO_FORMS)
        self._passes_steps_on = any(
            _callee(call) in _FORMS and not self._word(_argument(call, "step_id"))
            for call in ast.walk(tree)
            if isinstance(call, ast.Call)
        )
        if name.endswith(".system_health"):
            self._collect_system_health(tree)

    def _value(self, node: ast.expr | None) -> object:
        """Evaluate an expression; None if it depends on what happens at run time."""
        if node is None:
            return None
        code = compile(ast.Expression(node), self._name, "eval")
        try:
            value: object = eval(code, dict(self._namespace))  # noqa: S307 - our own source
        except NameError, AttributeError:
            return None
        return value

    def _word(self, node: ast.expr | None) -> set[str]:
        """Evaluate an expression to a set of one word; empty if it is none, or not known yet."""
        value = self._value(node)
        return {str(value)} if isinstance(value, str) else set()

    def _words(self, node: ast.expr | None) -> set[str] | None:
        """Evaluate a list, or the keys of a dictionary; None if it is not known yet."""
        value = self._value(node)
        return {str(each) for each in value} if isinstance(value, list | tuple | dict) else None

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Take the steps that a flow inherits."""
        if any(isinstance(base, ast.Name) and base.id == _OAUTH_HANDLER for base in node.bases):
            self._flow.steps |= _OAUTH_STEPS
            self._flow.fields |= _OAUTH_FIELDS
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Look at what a call says."""
        callee = _callee(node)
        self._collect_flow(node, callee)
        self._collect_translation_key(node, callee)
        if callee == "Finding":
            self._collect_issue(node)
        self.generic_visit(node)

    def _collect_flow(self, call: ast.Call, callee: str) -> None:
        """Take steps, fields, errors and aborts."""
        keys = self._flow
        if self._passes_steps_on:
            keys.steps |= {word for node in call.args for word in self._word(node)} & self._steps
        if callee in _FORMS:
            keys.steps |= self._word(_argument(call, "step_id"))
            keys.menu_options |= self._words(_argument(call, "menu_options")) or set()
        elif callee in {"Required", "Optional"} and call.args and self._has_forms:
            keys.fields |= self._word(call.args[0])
        elif callee == "async_abort":
            keys.aborts |= self._word(_argument(call, "reason")) - _CENTRAL_ABORTS
        elif callee in _ABORTS:
            reason = _argument(call, "reason") or _argument(call, "error")
            keys.aborts |= self._word(reason) or {_ABORTS[callee]}
        if isinstance(errors := _argument(call, "errors"), ast.Dict):
            self._collect_errors(errors.values)

    def _collect_errors(self, nodes: Iterable[ast.expr]) -> None:
        """Take literal errors; `error.key` stands for every error of the clients."""
        for node in nodes:
            dynamic = isinstance(node, ast.Attribute) and node.attr == "key"
            self._flow.errors |= client_error_keys() if dynamic else self._word(node)

    def _collect_translation_key(self, call: ast.Call, callee: str) -> None:
        """Take the translation key that is given to something other than an entity's row."""
        node = _argument(call, "translation_key")
        if node is None or callee == "async_create_issue" or callee.endswith(_TABLE_ROWS):
            return
        words = self._word(node)
        if callee == "SelectSelectorConfig":
            self._keys.selectors[min(words)] = self._words(_argument(call, "options"))
        elif callee == "DeviceInfo":
            self._keys.devices |= words
        elif _argument(call, "translation_domain") is not None:
            self._keys.exceptions |= words or client_error_keys()
        else:
            self._keys.unknown.append(f"{self._name}:{call.lineno}")

    def _collect_issue(self, call: ast.Call) -> None:
        """Take a repair."""
        node = _argument(call, "placeholders")
        names = [key for key in node.keys if key] if isinstance(node, ast.Dict) else []
        self._keys.issues[min(self._word(_argument(call, "key")))] = Issue(
            fixable=bool(self._value(_argument(call, "fixable"))),
            placeholders=frozenset({"name"}.union(*map(self._word, names))),
        )

    def visit_Dict(self, node: ast.Dict) -> None:
        """Take the translation key of a device that is described by a plain dictionary."""
        names = {
            word: value
            for key, value in zip(node.keys, node.values, strict=True)
            for word in self._word(key)
        }
        if {"identifiers", "translation_key"} <= names.keys():
            self._keys.devices |= self._word(names["translation_key"])
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Take `errors["base"] = …`, error constants, and translation keys outside of tables."""
        for target in node.targets:
            match target:
                case ast.Subscript(value=ast.Name(id="errors")):
                    self._collect_errors([node.value])
                case ast.Subscript(slice=ast.Constant(value="title_placeholders")):
                    self._keys.flow_title = True
                case (
                    ast.Name(id="_attr_translation_key")
                    | ast.Attribute(attr="_attr_translation_key")
                ):
                    self._keys.unknown.append(f"{self._name}:{node.lineno}")
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Take constants that are named as errors of a form, or as reasons to abort."""
        name = node.target.id if isinstance(node.target, ast.Name) else ""
        if name.startswith("ERROR_"):
            self._flow.errors |= self._word(node.value)
        elif name.startswith("ABORT_"):
            self._flow.aborts |= self._word(node.value)
        elif name == "PLACEHOLDERS":
            self._flow.placeholders |= self._words(node.value) or set()
        self.generic_visit(node)

    def _collect_system_health(self, tree: ast.Module) -> None:
        """Take the names of the values that a function returns."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Dict):
                self._keys.system_health |= set().union(*map(self._word, node.value.keys))


def _argument(call: ast.Call, name: str) -> ast.expr | None:
    return next((each.value for each in call.keywords if each.arg == name), None)
