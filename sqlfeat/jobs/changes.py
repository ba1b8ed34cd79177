"""Whether the state of a job fits what is to be run now, and what does not."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlfeat.jobs.record import Definition, ModelState

DIFF_LINES = 12
"""At most this many changed lines of a model are shown."""
_UNITS = (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000), ("second", 1_000), ("millisecond", 1))


def changes(old: Definition, new: Definition) -> list[str]:
    """What differs between the definition that state was made by and the one to be run; empty if nothing does."""
    lines = list(_model_changes(old, new))
    lines += _source_changes(old, new)
    if old.bootstrap != new.bootstrap:
        lines.append(f"the job was {_bootstrapped(old)} and would be {_bootstrapped(new)}")
    if old.logged != new.logged:
        lines.append(f"`online: {{log: ...}}` of the target is {'new' if new.logged else 'gone'}")
    if not lines and old.program != new.program:
        versions = f" (sqlfeat {old.version}, now {new.version})" if old.version != new.version else ""
        lines.append(f"no model changed, but what is handed to Flink did{versions}")
    return lines


def losses(old: Definition) -> list[str]:
    """What a new beginning costs: how long each model would give too little."""
    held = [model for model in old.models if model.reach_ms != 0]
    return [f"lost: {_held(model)} in the windows of `{model.name}`" for model in held]


def check_state(job: str, old: Definition, new: Definition, resume: str) -> None:
    """Refuse to go on from state that another definition made.

    Args:
        job: name of the job.
        old: the definition that the state was made by.
        new: the one to be run.
        resume: the state.

    Raises:
        SqlfeatError: SF0806.
    """
    different = changes(old, new)
    if different:
        message = f"the state of job `{job}` was made by another definition"
        notes = (*different, *losses(old), f"state: {resume}")
        raise SqlfeatError(Diagnostic("SF0806", message, notes=notes, help=_HELP))


_HELP = (
    "`--reset-state` begins anew, its windows empty or filled by `--bootstrap`;"
    " `--job NAME` runs this as another job and leaves the old one its state"
)


def _model_changes(old: Definition, new: Definition) -> Iterator[str]:
    before, now = {m.name: m for m in old.models}, {m.name: m for m in new.models}
    for name in [*before, *(n for n in now if n not in before)]:
        if name not in now:
            yield f"model `{name}` is gone"
        elif name not in before:
            yield f"model `{name}` is new"
        elif before[name].fingerprint != now[name].fingerprint:
            yield from _changed(before[name], now[name])
    if before.keys() == now.keys() and list(before) != list(now):
        yield "the models run in another order"


def _changed(old: ModelState, new: ModelState) -> Iterator[str]:
    yield f"model `{new.name}` changed: {_columns(old, new) or 'same columns, another meaning'}"
    diff = difflib.unified_diff(old.query.splitlines(), new.query.splitlines(), lineterm="", n=0)
    lines = [line for line in diff if not line.startswith(("---", "+++", "@@"))]
    for line in lines[:DIFF_LINES]:
        yield f"  {line}"
    if len(lines) > DIFF_LINES:
        yield f"  ... and {len(lines) - DIFF_LINES} lines more"


def _columns(old: ModelState, new: ModelState) -> str:
    before, now = dict(old.columns), dict(new.columns)
    parts = [f"`{name}` is gone" for name in before if name not in now]
    parts += [f"`{name}` is new" for name in now if name not in before]
    parts += [f"`{name}` was {kind} and is {now[name]}" for name, kind in before.items() if now.get(name, kind) != kind]
    return ", ".join(parts)


def _source_changes(old: Definition, new: Definition) -> list[str]:
    before, now = dict(old.sources), dict(new.sources)
    return [
        f"source `{name}` was read from {place} and would be from {now[name]}"
        for name, place in before.items()
        if now.get(name, place) != place
    ]


def _bootstrapped(definition: Definition) -> str:
    return f"filled from history up to {definition.bootstrap}" if definition.bootstrap else "not filled from history"


def _held(model: ModelState) -> str:
    if model.reach_ms is None:
        return "everything counted since the beginning"
    unit, size = next((unit, size) for unit, size in _UNITS if model.reach_ms % size == 0)
    count = model.reach_ms // size
    return f"{count} {unit}{'s' if count != 1 else ''} of events"
