"""From rendered models to plans: parse, bind, and check what a feature view must give."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp, parse
from sqlglot.errors import ParseError, TokenError

from sqlfeat.diagnostics.model import Diagnostic
from sqlfeat.language.dialect import Sqlfeat
from sqlfeat.plan.bind_query import QueryBinder
from sqlfeat.plan.catalog import Catalog
from sqlfeat.plan.nodes import Plan
from sqlfeat.plan.output import FeatureView, feature_view
from sqlfeat.plan.report import BindError, Report
from sqlfeat.project.config import Materialization
from sqlfeat.templating.rendered import RenderedModel


@dataclass(frozen=True, slots=True)
class BoundModel:
    """A model without errors.

    Attributes:
        plan: its relation, for models that `ref` it.
        view: what it gives as a feature view; None for staging.
    """

    model: RenderedModel
    plan: Plan
    view: FeatureView | None


def bind_model(model: RenderedModel, catalog: Catalog) -> tuple[BoundModel | None, tuple[Diagnostic, ...]]:
    """Bind one model whose parents are in the catalog.

    Returns:
        The model, or None and the diagnostics.
    """
    report = Report(model)
    try:
        plan = QueryBinder(catalog, report).bind(_parse(model, report))
        if report.diagnostics:
            return None, tuple(report.diagnostics)
        view = None
        if model.config.materialized is not Materialization.VIEW:
            view = feature_view(plan, model, catalog.config, report)
    except BindError:
        return None, tuple(report.diagnostics)
    if report.diagnostics:
        return None, tuple(report.diagnostics)
    return BoundModel(model, plan, view), ()


def _parse(model: RenderedModel, report: Report) -> exp.Expression:
    try:
        statements = [tree for tree in parse(model.sql, dialect=Sqlfeat) if tree is not None]
    except ParseError as error:
        first = error.errors[0]
        highlight = str(first.get("highlight") or " ")
        start = model.sql.find(highlight, max(0, _offset(model.sql, first) - len(highlight)))
        start = start if start >= 0 else _offset(model.sql, first)
        description = str(first["description"]).rstrip(".")
        report.at_offsets("SF0300", start, start + len(highlight), f"the SQL does not parse: {_plain(description)}")
        raise BindError from None
    except TokenError as error:
        report.at_offsets("SF0300", 0, 1, f"the SQL does not parse: {_plain(str(error))}")
        raise BindError from None
    if len(statements) != 1:
        report.at_offsets("SF0300", 0, 1, f"a model is one query, not {len(statements)}")
        raise BindError
    return statements[0]


def _offset(sql: str, error: dict[str, object]) -> int:
    line, col = int(str(error.get("line") or 1)), int(str(error.get("col") or 1))
    start = 0
    for _ in range(line - 1):
        start = sql.find("\n", start) + 1
    return max(0, min(len(sql) - 1, start + col - 1))


def _plain(description: str) -> str:
    """The parser's words without its Python class names."""
    if description.startswith("Required keyword"):
        return "an operand is missing"
    text = description.split("<class")[0].strip().rstrip(":")
    return text[:1].lower() + text[1:]
