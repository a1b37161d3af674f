"""Templates that are compiled once for each language, with their sentences written in.

A page says hundreds of sentences, and most have no gap: those become part of the page's text.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from flask.templating import Environment
from flask_babel import get_locale, get_translations
from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

Words = Callable[[str], str]


class Sentences(Environment):
    """The environment of all languages: whoever asks for a template gets that of their own."""

    words: Words | None = None
    """What says a sentence in the one language that this is for; None for all of them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.languages: dict[str, Sentences] = {}
        self.ready: dict[str, Template] = {}

    def get_template(self, name: str | Template, *args: Any, **how: Any) -> Template:
        """The template in the reader's language."""
        if self.words is not None and isinstance(name, str) and not self.auto_reload:
            if name not in self.ready:
                self.ready[name] = super().get_template(name, *args, **how)
            return self.ready[name]
        locale = get_locale() if self.words is None else None
        if locale is None:
            return super().get_template(name, *args, **how)
        found = self.languages.get(locale.language)
        if found is None:
            found = self.overlay()
            found.words, found.ready = get_translations().ugettext, {}
            self.languages[locale.language] = found
        return found.get_template(name, *args, **how)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Those of all templates as they are: each import compares them, over layers slowly."""
        return self.globals if d is None else super().make_globals(d)

    def _generate(self, source: nodes.Template, name: str | None, *args: Any, **how: Any) -> str:
        if self.words is not None:
            _Whole(self, name).visit(source)
            _Said(self.words, safe=nodes.EvalContext(self, name).autoescape).visit(source)
        return super()._generate(source, name, *args, **how)


class _Whole(NodeTransformer):
    """Puts what a template includes by name into it: one that stands apart is given all names anew.

    One that includes itself stays apart, and one that is not escaped as this is.
    """

    def __init__(self, environment: Sentences, *names: str | None) -> None:
        self.environment, self.names = environment, names
        self.is_safe = nodes.EvalContext(environment, names[0]).autoescape

    def visit_Include(self, node: nodes.Include) -> nodes.Node:  # noqa: N802  (Jinja calls it so)
        """An `{% include %}` of one that is named; what it sets is its own, as ever."""
        name, loader = getattr(node.template, "value", None), self.environment.loader
        if not isinstance(name, str) or name in self.names or loader is None:
            return node
        whole = _Whole(self.environment, name, *self.names)
        if whole.is_safe != self.is_safe or node.ignore_missing or not node.with_context:
            return node
        source, file, _is_fresh = loader.get_source(self.environment, name)
        included = whole.visit(self.environment.parse(source, name, file))
        return nodes.Scope(included.body, lineno=node.lineno)


class _Said(NodeTransformer):
    """Puts what is said in the place of each `_("…")`, and fills its gaps when it is drawn."""

    def __init__(self, words: Words, *, safe: bool) -> None:
        self.words, self.kind = words, Markup if safe else str

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  (Jinja calls it so)
        """A call of `_` with a sentence written out; any other stays."""
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.node.name != "_" or node.dyn_kwargs:
            return node
        match node.args:
            case [nodes.Const(value=str(sentence))]:
                text = self.kind(self.words(sentence))
            case _:
                return node
        if not node.kwargs:
            return nodes.Const(text % {}, lineno=node.lineno)
        gaps = [nodes.Pair(nodes.Const(one.key), one.value) for one in node.kwargs]
        said = nodes.Const(text, lineno=node.lineno)
        return nodes.Mod(said, nodes.Dict(gaps, lineno=node.lineno), lineno=node.lineno)
