"""How templates are run: as Jinja does it, with less ado for each of a thousand steps of a page."""

from __future__ import annotations

from functools import lru_cache
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any  # what a template calls, with what, and what it writes

from flask.templating import Environment
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

PLAIN = frozenset({FunctionType, MethodType, BuiltinFunctionType, type(lru_cache(len))})


class QuickContext(Context):
    """Calls our functions and macros at once.

    Jinja asks three times of each what it wants to be given beside its arguments. A macro always
    wants the rules of escaping, a plain function nothing unless it says so.
    """

    def call(self, thing: Any, /, *args: Any, **named: Any) -> Any:
        kind = type(thing)
        if kind is Macro:
            args = (self.eval_ctx, *args)
        elif kind not in PLAIN or hasattr(thing, "jinja_pass_arg"):
            return super().call(thing, *args, **named)
        if named:  # with Jinja's own, for what asks for its context
            named.pop("_block_vars", None)
            named.pop("_loop_vars", None)
        return thing(*args, **named)


class QuickCode(CodeGenerator):
    """Writes markup out as it is; Jinja's own code copies it twice on the way."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.escaped(")


class Templates(Environment):
    """The templates of an application."""

    context_class = QuickContext
    code_generator_class = QuickCode

    @staticmethod
    def escaped(value: object) -> str:
        """Return what is put out for a value: markup as it is, all else escaped."""
        return value if type(value) is Markup else escape(value)
