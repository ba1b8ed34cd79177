"""`sqlfeat get`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from sqlfeat.cli.options import global_options
from sqlfeat.cli.parameters import KeyValue
from sqlfeat.cli.table import table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlfeat.cli.session import Session


@click.command(short_help="Read the online value of an entity.")
@click.argument("model")
@click.option(
    "--key", "keys", type=KeyValue(), multiple=True, required=True, help="Repeat for a key of several columns."
)
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@global_options
def get(session: Session, model: str, keys: tuple[tuple[str, str], ...], as_json: bool) -> None:
    """Read the latest features of an entity from the online store, with their age."""
    value = session.project.get(model, _mapping(keys)).as_json()
    session.console.result(json.dumps(value, ensure_ascii=False) if as_json else _text(value))


def _mapping(keys: Iterable[tuple[str, str]]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for name, value in keys:
        if name in mapping:
            raise click.UsageError(f"--key {name} is given twice")
        mapping[name] = value
    return mapping


def _text(value: dict[str, Any]) -> str:
    key = " ".join(f"{name}={part}" for name, part in value["key"].items())
    age = f"{value['feature_time']} ({duration(value['age_seconds'])} ago)"
    rows = [("feature_time", age), *((name, _cell(cell)) for name, cell in value["features"].items())]
    return f"{value['model']} {key}\n{table(rows, indent='  ')}"


def _cell(value: Any) -> str:
    return "NULL" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def duration(seconds: float) -> str:
    """A length of time in its two largest units.

    >>> duration(93784)
    '1d 2h'
    """
    rest = int(seconds)
    parts: list[str] = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2])
