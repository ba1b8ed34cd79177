"""Which columns of which sources a model depends on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlfeat.compiler import PASSES
from sqlfeat.plan.nodes import Distinct, Plan, Scan, inputs_of

if TYPE_CHECKING:
    from sqlfeat.plan.build import BoundModel


def source_columns(bound: BoundModel) -> dict[str, tuple[str, ...]]:
    """The columns of each source that are left after everything unused was taken out, in the order of the source."""
    plan: Plan = bound.view.plan if bound.view else bound.plan
    for step in PASSES:
        plan = step(plan)  # type: ignore[arg-type] # the plan of a view ends with a projection too
    found: dict[str, set[str]] = {}
    sources = {}
    for scan in _scans(plan):
        sources[scan.source.full_name] = scan.source
        found.setdefault(scan.source.full_name, set()).update(scan.schema.names)
    return {
        name: tuple(column.name for column in sources[name].columns if column.name in found[name])
        for name in sorted(found)
    }


def _scans(plan: Plan) -> list[Scan]:
    if isinstance(plan, Scan):
        return [plan]
    if isinstance(plan, Distinct):
        # Columns that only break ties are not used.
        return [replace(scan, schema=plan.schema) for scan in _scans(plan.input)]
    return [scan for below in inputs_of(plan) for scan in _scans(below)]
