"""Texts of the command line made into values; what does not fit is a usage error with exit code 2."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import click


class UtcTime(click.ParamType[datetime]):
    """A date or a timestamp, UTC unless it names an offset."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """See `click.ParamType.convert`."""
        if isinstance(value, datetime):
            return value
        try:
            # Python's own parser takes weeks and bare years too; a slice of time should not be that cryptic.
            moment = datetime.fromisoformat(_spelled(value))
        except ValueError:
            self.fail(
                f"{value!r} is not a time; write 2013-01-31, 2013-01-31T12:30 or 2013-01-31T12:30:00Z", param, ctx
            )
        if moment.microsecond % 1000:
            self.fail(f"{value!r} is finer than a millisecond, which event time is not", param, ctx)
        return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)


class Length(click.ParamType[timedelta]):
    """A length of time, as YAML has them."""

    name = "length"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """See `click.ParamType.convert`."""
        if isinstance(value, timedelta):
            return value
        from sqlfeat.project.durations import parse_duration

        try:
            return timedelta(milliseconds=parse_duration(value).ms)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def _spelled(value: str) -> str:
    date = value.strip()[:10]
    if len(date) != 10 or date[4] != "-" or date[7] != "-":
        raise ValueError(value)
    return value.strip()


class KeyValue(click.ParamType[tuple[str, str]]):
    """`column=value`."""

    name = "column=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """See `click.ParamType.convert`."""
        if isinstance(value, tuple):
            return value
        name, equals, text = value.partition("=")
        if not equals or not name.strip():
            self.fail(f"{value!r} is not a key; write --key carrier=UA, once for each key column", param, ctx)
        return name.strip(), text


class Variables(click.ParamType[dict[str, Any]]):
    """A YAML mapping, and so JSON too."""

    name = "mapping"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        """See `click.ParamType.convert`."""
        if isinstance(value, dict):
            return value
        import yaml

        try:
            mapping = yaml.safe_load(value)
        except yaml.YAMLError as error:
            reason = getattr(error, "problem", None) or "not YAML"
            self.fail(f"{value!r} cannot be read: {reason}", param, ctx)
        if not isinstance(mapping, dict) or not all(isinstance(name, str) for name in mapping):
            self.fail(
                f"{value!r} is not a mapping; write --vars 'limit: 500' or --vars '{{\"limit\": 500}}'", param, ctx
            )
        return mapping
