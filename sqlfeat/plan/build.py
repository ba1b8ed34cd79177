"""From rendered models to plans: parse, bind, and check what a feature view must give."""

from __future__ import annotations

from dataclasses import dataclass

from sqlfeat.diagnostics.model import Diagnostic, Span
from sqlfeat.plan.bind_query import QueryBinder
from sqlfeat.plan.catalog import Catalog
from sqlfeat.plan.nodes import Plan
from sqlfeat.plan.output import FeatureView, feature_view
from sqlfeat.plan.parse import parse_query
from sqlfeat.plan.report import BindError, Report
from sqlfeat.plan.spellings import respell
from sqlfeat.plan.unread import refuse_unread
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
        tree = parse_query(report)
        respell(tree)
        refuse_unread(tree, report)
        plan = QueryBinder(catalog, report).bind(tree)
        if report.diagnostics:
            return None, tuple(report.diagnostics)
        view = None
        if model.config.materialized is not Materialization.VIEW:
            view = feature_view(plan, model, catalog.config, report)
    except BindError:
        return None, tuple(report.diagnostics)
    except RecursionError:
        return None, (too_deep(model),)
    if report.diagnostics:
        return None, tuple(report.diagnostics)
    return BoundModel(model, plan, view), ()


def too_deep(model: RenderedModel) -> Diagnostic:
    """The diagnostic of SQL that is nested deeper than can be read."""
    return Diagnostic(
        "SF0300",
        "the SQL is nested too deeply",
        Span(model.path, 1, 1, 2),
        help="split it up with CTEs or a view of its own",
    )
