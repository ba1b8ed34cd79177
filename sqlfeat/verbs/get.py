"""`sqlfeat get`: one entity's features from the online store, with their age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlfeat.clock import Clock, SystemClock
from sqlfeat.compiler import compile_models
from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.lower.program import CompiledModel, OutputColumn, Role
from sqlfeat.project.config import Materialization
from sqlfeat.stores.features import decode_features, iso_time
from sqlfeat.stores.keys import encode_key, parse_key_value
from sqlfeat.stores.online import open_store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlfeat.project.load import LoadedProject
    from sqlfeat.stores.protocol import OnlineRow


@dataclass(frozen=True, slots=True)
class OnlineValue:
    """The features of an entity as they are served now.

    Attributes:
        model: the feature view.
        key: key columns and their values.
        feature_time: the event time of the row, UTC: what the features are about.
        age_seconds: how long ago that was.
        features: by name, in the model's order; DECIMAL, DATE and TIMESTAMP(3) as text.
    """

    model: str
    key: dict[str, Any]
    feature_time: datetime
    age_seconds: float
    features: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The value as `sqlfeat get --json` prints it."""
        return {
            "model": self.model,
            "key": {name: _json_value(value) for name, value in self.key.items()},
            "feature_time": _iso(self.feature_time),
            "age_seconds": self.age_seconds,
            "features": self.features,
        }


def get(project: LoadedProject, model: str, key: Mapping[str, str], clock: Clock | None = None) -> OnlineValue:
    """Read the latest row of an entity key.

    Args:
        project: the loaded project; its target says which store.
        model: a feature view.
        key: values of the key columns as text.
        clock: what the age is measured against.

    Raises:
        SqlfeatError: SF0906 no such feature view, SF0905 wrong key, SF0901 no row for the key, SF0902 no store.
    """
    compiled = _compiled(project, model)
    values = _key_values(compiled, key)
    types = {column.name: column.type for column in _key_columns(compiled)}
    store = open_store(project.target.online, project.config.root, project.config.name)
    try:
        row = store.get(compiled.name, encode_key(values, types))
    finally:
        store.close()
    if row is None:
        raise SqlfeatError(_unknown_key(compiled.name, key))
    return _value(compiled, values, row, (clock or SystemClock()).now())


def _compiled(project: LoadedProject, model: str) -> CompiledModel:
    views = [n for n, m in project.models.items() if m.config.materialized is not Materialization.VIEW]
    if model not in views:
        raise SqlfeatError(_no_such_view(model, views, is_staging=model in project.models))
    return compile_models(project, [model])[0]


def _no_such_view(model: str, views: list[str], *, is_staging: bool) -> Diagnostic:
    message = f"`{model}` is a staging view: it has no features" if is_staging else f"no feature view `{model}`"
    notes = ("feature views: " + ", ".join(sorted(views)),)
    return Diagnostic("SF0906", message, notes=notes, help="" if is_staging else did_you_mean(model, views))


def _key_columns(model: CompiledModel) -> list[OutputColumn]:
    return [column for column in model.columns if column.role is Role.KEY]


def _key_values(model: CompiledModel, key: Mapping[str, str]) -> dict[str, Any]:
    columns = {column.name: column for column in _key_columns(model)}
    usage = f"sqlfeat get {model.name} " + " ".join(f"--key {n}=<{c.type}>" for n, c in columns.items())
    problems = [
        Diagnostic(
            "SF0905",
            f"`{name}` is no key column of `{model.name}`",
            notes=tuple(filter(None, [did_you_mean(name, columns.keys() - key.keys())])),
            help=usage,
        )
        for name in key
        if name not in columns
    ]
    problems += [
        Diagnostic("SF0905", f"the key of `{model.name}` lacks `{name}`", help=usage)
        for name in columns
        if name not in key
    ]
    values = {}
    for name, column in columns.items():
        try:
            values[name] = parse_key_value(key[name], column.type) if name in key else None
        except ValueError as error:
            problems.append(Diagnostic("SF0905", f"`{key[name]}` is no {column.type} for `{name}`: {error}"))
    if problems:
        raise SqlfeatError(*problems)
    return values


def _unknown_key(model: str, key: Mapping[str, str]) -> Diagnostic:
    shown = ", ".join(f"{name}={value}" for name, value in key.items())
    return Diagnostic(
        "SF0901",
        f"`{model}` has no row for {shown} in the online store",
        help=f"rows are written by `sqlfeat run --streaming --select {model}`",
    )


def _value(model: CompiledModel, key: dict[str, Any], row: OnlineRow, now: datetime) -> OnlineValue:
    feature_time = datetime.fromisoformat(row.feature_time).replace(tzinfo=timezone.utc)
    age = (now - feature_time).total_seconds()
    return OnlineValue(model.name, key, feature_time, age, decode_features(row.features, model.columns))


def _iso(time: datetime) -> str:
    return iso_time(time.replace(tzinfo=None).isoformat(timespec="milliseconds"))


def _json_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return _iso(value)
    return str(value) if isinstance(value, (Decimal, date)) else value
