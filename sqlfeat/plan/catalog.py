"""The tables a model may name: sources and other models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.language.expr import Column
from sqlfeat.plan.duplicates import without_duplicates
from sqlfeat.plan.nodes import Plan, Scan, Schema
from sqlfeat.plan.report import BindError, Report
from sqlfeat.project.config import ProjectConfig, Source


@dataclass(frozen=True, slots=True)
class Catalog:
    """Sources by their declaration, models by their plans (of those bound before)."""

    config: ProjectConfig
    models: Mapping[str, Plan | None]
    """Plan of each model bound so far; None for one with errors of its own."""
    names: tuple[str, ...] = ()
    """All models, for what to write instead."""

    def relation(self, node: exp.Table, report: Report) -> Plan:
        """The plan of a table named in FROM."""
        if group := node.args.get("db"):
            source = self.config.source(group.name, node.name)
            if source is None or (group.name, node.name) not in report.model.sources:
                raise self._undeclared(node, f"{group.name}.{node.name}", report)
            return scan(source)
        if node.name not in report.model.refs or node.name not in self.models:
            raise self._undeclared(node, node.name, report)
        plan = self.models[node.name]
        if plan is None:
            raise BindError  # its own diagnostics say what is wrong
        return plan

    def _undeclared(self, node: exp.Table, name: str, report: Report) -> BindError:
        forms = {m: f"{{{{ ref('{m}') }}}}" for m in self.names if m != report.model.name}
        forms |= {s.full_name: f"{{{{ source('{s.group}', '{s.name}') }}}}" for s in self.config.sources}
        forms |= {s.name: forms[s.full_name] for s in self.config.sources if s.name not in forms}
        if name in forms:
            return report.fail(
                "SF0305",
                node,
                f"table `{name}` is named without {forms[name].split('(')[0].strip('{ ')}",
                label=f"write {forms[name]}",
            )
        label = did_you_mean(name, list(forms))
        return report.fail(
            "SF0305", node, f"table `{name}` not found", label=label, help="tables are named with ref() or source()"
        )


def scan(source: Source) -> Plan:
    """The accepted events of a source; of a stream with a unique key, those that are no duplicates."""
    columns = tuple(Column(c.name, c.type, c.nullable) for c in source.columns)
    event_time = source.column(source.event_time) if source.event_time else None
    order = tuple(column.name for name in source.order_by if (column := source.column(name)))
    events = Scan(source, Schema(columns, event_time.name if event_time else None, order))
    return without_duplicates(events, source) if source.unique_key and event_time else events
