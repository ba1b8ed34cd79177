"""What a feature view must give: the entity's keys, `feature_time`, and features."""

from __future__ import annotations

from dataclasses import dataclass

from sqlfeat.language.expr import Column, Expr
from sqlfeat.plan.columns import OutputColumn, Role
from sqlfeat.plan.nodes import Plan, Project, Schema
from sqlfeat.plan.report import Report
from sqlfeat.plan.trace import WINDOW_TIME, after_event_time, is_grouped, origin
from sqlfeat.project.config import Entity, Materialization, ProjectConfig
from sqlfeat.templating.rendered import RenderedModel

FEATURE_TIME = "feature_time"


@dataclass(frozen=True, slots=True)
class FeatureView:
    """A feature view: its plan ends with exactly the output columns.

    Attributes:
        plan: the relation.
        columns: visible columns in the model's order, then the tie-breakers.
        event_time: the plan's event time is `feature_time` itself (event views), or one millisecond before it
            (window views, whose rows carry the window's end).
    """

    name: str
    entity: Entity
    plan: Project
    columns: tuple[OutputColumn, ...]


def feature_view(plan: Plan, model: RenderedModel, config: ProjectConfig, report: Report) -> FeatureView:
    """Check the output of an event or window model and fix its columns.

    Raises:
        BindError: after reporting what is missing.
    """
    entity = config.entity(model.config.entity or "")
    assert entity is not None  # the loader refuses a feature view without an entity
    shown = [column for column in plan.schema.columns if not column.name.startswith("__")]
    _check_keys(shown, entity, report)
    _check_time(plan, shown, model, report)
    keys = {key.name for key in entity.keys}
    descriptions = dict(model.column_descriptions)
    columns = [
        OutputColumn(c.name, c.type, c.nullable, _role(c.name, keys), descriptions.get(c.name, "")) for c in shown
    ]
    if not any(column.role is Role.FEATURE for column in columns):
        report.add("SF0310", None, "the view has keys and a time but no feature", help="add a column to the SELECT")
    items: list[tuple[str, Expr]] = [(column.name, column) for column in shown]
    for number, name in enumerate(plan.schema.order, 1):
        column = plan.schema.column(name)
        items.append((f"__order_{number}", column))
        columns.append(OutputColumn(f"__order_{number}", column.type, column.nullable, Role.ORDER))
    output = tuple(Column(name, expr.type, expr.nullable) for name, expr in items)
    schema = Schema(output, FEATURE_TIME, ())
    return FeatureView(model.name, entity, Project(plan, tuple(items), schema), tuple(columns))


def _role(name: str, keys: set[str]) -> Role:
    if name in keys:
        return Role.KEY
    return Role.FEATURE_TIME if name == FEATURE_TIME else Role.FEATURE


def _check_keys(shown: list[Column], entity: Entity, report: Report) -> None:
    by_name = {column.name: column for column in shown}
    for key in entity.keys:
        column = by_name.get(key.name)
        if column is None:
            report.add(
                "SF0310", None, f"key `{key.name}` of entity `{entity.name}` is not selected",
                help=f"add `{key.name}` to the SELECT",
            )  # fmt: skip
        elif column.type != key.type:
            report.add(
                "SF0310", None, f"key `{key.name}` is {column.type}, but entity `{entity.name}` declares {key.type}",
                help=f"CAST it, or declare {column.type}",
            )  # fmt: skip


def _check_time(plan: Plan, shown: list[Column], model: RenderedModel, report: Report) -> None:
    if FEATURE_TIME not in {column.name for column in shown}:
        time = plan.schema.event_time
        written = "window_end" if model.config.materialized is Materialization.WINDOW else time
        raise report.fail(
            "SF0405", None, "a feature view needs the column `feature_time`", help=f"add `{written} AS feature_time`"
        )
    grouped = is_grouped(plan)
    after = after_event_time(plan, FEATURE_TIME)
    ends = after is not None and origin(plan, FEATURE_TIME) in ("window_end", WINDOW_TIME)
    windows = model.config.materialized is Materialization.WINDOW
    # What is computed over rows of windows may go by either name.
    if windows != grouped and not (windows and ends):
        fitting = "window" if grouped else "event"
        raise report.fail(
            "SF0310", None, f"materialized='{model.config.materialized.value}' does not fit: the view has one row per "
            f"{fitting}",
            help=f"write materialized='{fitting}'",
        )  # fmt: skip
    if grouped and not ends:
        raise report.fail(
            "SF0405",
            None,
            "`feature_time` of a window view is the window's end",
            help="write `window_end AS feature_time`",
        )
    if after is None:
        raise report.fail(
            "SF0405", None, "`feature_time` is not the event time", help="write `EVENT_TIME AS feature_time`"
        )
