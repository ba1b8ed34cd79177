"""Names of what the compiler creates; `__` keeps them apart from what users name."""

from __future__ import annotations

from sqlfeat.project.config import Column, Source


def view_name(source: Source) -> str:
    """The view of a source's accepted events."""
    return f"{source.group}__{source.name}"


def parsed_name(source: Source) -> str:
    """The view of all rows of a source with their fields parsed and the reason if they do not fit."""
    return f"{view_name(source)}__parsed"


def raw_name(source: Source) -> str:
    """The table that reads a source as it lies."""
    return f"{view_name(source)}__raw"


def value_name(field: Column) -> str:
    """The column of a raw table that has a field as its declared type."""
    return f"__value_{field.name}"


def lines_name(source: Source) -> str:
    """The table that reads a source as lines of text."""
    return f"{view_name(source)}__lines"


def rejects_name(source: Source) -> str:
    """The reject log of a source."""
    return f"{view_name(source)}__rejects"


def counts_name(source: Source) -> str:
    """The numbers of accepted events of a source by hour."""
    return f"{view_name(source)}__counts"


def late_name(source: Source) -> str:
    """The late log of a source."""
    return f"{view_name(source)}__late"
