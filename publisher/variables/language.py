"""The template language: Jinja, cut down to what fills a document in.

``{{ name }}``, ``{% if %}``, ``{% for %}`` over lists, and a few filters. No calls, assignments,
macros, includes or arithmetic, so that the work is bounded by the text and its values; loops and
filters draw on a budget, and the output has a limit. Attributes are entries of mappings, nothing
else: no Python object can be reached.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from jinja2 import TemplateError, TemplateSyntaxError, nodes
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from publisher.model import Json
from publisher.variables import escape
from publisher.variables.errors import BadTemplate
from publisher.variables.filters import BUDGET, FILTERS, Budget
from publisher.variables.marks import MARK, MARK_END
from publisher.variables.missing import Missing, NotDefined, known, not_defined

LARGEST = 2_000_000
"""Characters that one copy of a document may have."""
DEEPEST = 3
"""Loops inside one another."""
_NONE = "\ufdd3"
"""Starts what the language would otherwise have and this one does not: comments."""

_ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.CondExpr),
    *(nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem, nodes.List, nodes.Tuple),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Concat),
    *(nodes.Filter, nodes.Test, nodes.Keyword),
)
_TESTS = (
    "defined",
    "undefined",
    "none",
    "string",
    "number",
    "mapping",
    "sequence",
    "in",
    "eq",
    "ne",
)
_WHAT = {"Call": "a call", "CallBlock": "a call", "Assign": "`set`", "Slice": "a slice"}

Form = Literal["markdown", "plain"]


class _Environment(ImmutableSandboxedEnvironment):
    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Mapping) and isinstance(argument, str) and argument in obj:
            return obj[argument]
        if isinstance(obj, LoopContext) and argument in ("index", "first", "last"):
            return getattr(obj, argument)
        if isinstance(obj, list | tuple) and isinstance(argument, int) and -len(obj) <= argument:
            return obj[argument] if argument < len(obj) else self.undefined(name=str(argument))
        return self.undefined(obj=obj, name=str(argument))


class _Marks(Extension):
    """Marks the line ends of the source, so that what comes out can be placed."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            if token.type == "data":
                parts = token.value.split("\n")
                text = parts[0]
                for number, part in enumerate(parts[1:], token.lineno):
                    text += f"{MARK}{number}{MARK_END}\n{part}"
                token = Token(token.lineno, "data", text)
            yield token


def _environment(form: Form) -> _Environment:
    env = _Environment(
        undefined=Missing,
        finalize=functools.partial(_finalized, form),
        extensions=[_Marks] if form == "markdown" else [],
        keep_trailing_newline=True,
        # '{#' begins an anchor in Markdown: ## Heading {#anchor}
        comment_start_string=_NONE,
        comment_end_string=_NONE * 2,
        cache_size=0,
    )
    env.globals.clear()
    env.filters = dict(FILTERS)
    env.tests = {name: env.tests[name] for name in _TESTS}
    return env


def _finalized(form: Form, value: Any) -> str:
    shown = escape.markdown if form == "markdown" else escape.one_line
    return shown(known(value))


_ENVIRONMENTS: Mapping[Form, _Environment] = {
    "markdown": _environment("markdown"),
    "plain": _environment("plain"),
}


def expand(text: str, values: Mapping[str, Json], form: Form) -> str:
    """Fill *text* in.

    Raises:
        BadTemplate: it is no template, names what is not defined, or grows beyond all measure.
    """
    return "".join(_pieces(_compiled(text, form, whole=False), values, Budget()))


def value_of(text: str, values: Mapping[str, Json]) -> Json:
    """Fill *text* in; one that is a single ``{{ name }}`` gives the value itself.

    Raises:
        BadTemplate: as `expand`.
    """
    expression = text.strip()
    if not (expression.startswith("{{") and expression.endswith("}}")) or "}}" in expression[:-2]:
        return expand(text, values, "plain")
    budget = Budget()
    list(_pieces(_compiled(expression, "plain", whole=True), values, budget))
    return budget.kept[0]


def _pieces(template: Any, values: Mapping[str, Json], budget: Budget) -> Iterator[str]:
    size = 0
    try:
        for piece in template.generate({**values, BUDGET: budget}):
            size += len(piece)
            if size > LARGEST:
                problem = f"the template gives more than {LARGEST} characters"
                raise BadTemplate("template-limit", problem)
            yield piece
    except NotDefined as error:
        raise not_defined(error, values, _line(error)) from None
    except BadTemplate as error:
        error.line = error.line or _line(error)
        raise
    except escape.Unprintable as error:
        problem = "a group of values cannot be shown; name one of them"
        raise BadTemplate("bad-template", problem, line=_line(error)) from None
    except (TemplateError, TypeError, ValueError, RecursionError) as error:
        problem = "an expression cannot be worked out with these values"
        raise BadTemplate("bad-template", problem, line=_line(error)) from None


def _line(error: BaseException) -> int | None:
    """The line of the template; Jinja puts it into the traceback."""
    line, step = None, error.__traceback__
    while step:
        if step.tb_frame.f_code.co_filename == "<template>":
            line = step.tb_lineno
        step = step.tb_next
    return line


@functools.lru_cache(maxsize=256)
def _compiled(text: str, form: Form, *, whole: bool) -> Any:
    env = _ENVIRONMENTS[form]
    try:
        tree = env.parse(text)
        _check(tree, 0)
        for loop in list(tree.find_all(nodes.For)):
            loop.iter = nodes.Filter(loop.iter, "counted", [], [], None, None)
        if whole:
            for output in tree.find_all(nodes.Output):
                output.nodes = [nodes.Filter(n, "kept", [], [], None, None) for n in output.nodes]
        return env.from_string(tree)
    except TemplateSyntaxError as error:
        raise _syntax(error) from None
    except (TemplateError, RecursionError, SyntaxError, MemoryError):
        raise BadTemplate("bad-template", "the template is nested too deep") from None
    except AssertionError:  # Jinja's own, for a filter or test that it does not know
        raise BadTemplate("bad-template", "the template cannot be read") from None


def _check(node: nodes.Node, depth: int) -> None:
    """Refuse what the language does not have."""
    if isinstance(node, nodes.For):
        depth += 1
        if depth > DEEPEST or node.recursive:
            raise _wrong(f"loops are nested more than {DEEPEST} deep", node)
    if not isinstance(node, _ALLOWED):
        name = type(node).__name__
        what = "arithmetic" if isinstance(node, nodes.BinExpr | nodes.UnaryExpr) else name.lower()
        raise _wrong(f"{_WHAT.get(name, what)} is not part of the template language", node)
    for child in node.iter_child_nodes():
        _check(child, depth)


def _wrong(problem: str, node: nodes.Node) -> BadTemplate:
    fix = "It has {{ name }}, {% if %}, {% for %} and a few filters: see docs/variables.md."
    return BadTemplate("bad-template", problem, fix, line=node.lineno)


def _syntax(error: TemplateSyntaxError) -> BadTemplate:
    """Jinja's complaint without what it quotes of the text."""
    said = error.message or ""
    unknown = "unknown tag" in said or "No filter" in said or "No test" in said
    problem = said.partition(".")[0] if unknown else "the template cannot be read here"
    fix = "Put what is no template into code, or between {% raw %} and {% endraw %}."
    return BadTemplate("bad-template", problem, fix, line=error.lineno)
