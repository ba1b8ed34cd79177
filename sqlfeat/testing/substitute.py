"""Other relations in the place of some parts of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlfeat.plan.nodes import Plan, inputs_of, with_inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def substituted(plan: Plan, swap: Callable[[Plan], Plan | None]) -> Plan:
    """The plan with parts replaced.

    Args:
        plan: the plan; a part that stands in it twice stays one part.
        swap: gives what takes the place of a part, with the same columns; None to look further down.
    """
    done: dict[int, Plan] = {}

    def visit(part: Plan) -> Plan:
        if id(part) not in done:
            done[id(part)] = swap(part) or with_inputs(part, visit)
        return done[id(part)]

    return visit(plan)


def parts_of(plan: Plan) -> Iterator[Plan]:
    """The plan and everything below it."""
    yield plan
    for below in inputs_of(plan):
        yield from parts_of(below)
