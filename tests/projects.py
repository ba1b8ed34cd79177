"""Small projects in temporary folders, and what sqlfeat says about them in one line each."""

from __future__ import annotations

from pathlib import Path

import pytest

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.project.load import load_project

PROJECT = "name: shop\nversion: 1\n"
ORDERS = """\
sources:
  - name: shop
    streams:
      - name: orders
        columns:
          - {name: id, type: BIGINT}
          - {name: user_id, type: BIGINT}
          - {name: amount, type: DOUBLE}
          - {name: ts, type: TIMESTAMP(3)}
        event_time: ts
        order_by: [id]
entities:
  - {name: user, keys: [{name: user_id, type: BIGINT}]}
"""
EVENT = "{{ config(materialized='event', entity='user') }}\n"
VIEW = "{{ config(materialized='view') }}\n"


def write_project(root: Path, files: dict[str, str] | None = None, **models: str) -> Path:
    """A project with a source and an entity; `models` are SQL by name, `files` are added or replace others."""
    texts = {"project.yml": PROJECT, "models/shop.yml": ORDERS}
    texts |= {f"models/{name}.sql": sql for name, sql in models.items()}
    for path, text in (texts | (files or {})).items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


def complaints(root: Path, **options) -> list[str]:
    """What loading the project complains about, one line for each diagnostic."""
    with pytest.raises(SqlfeatError) as caught:
        load_project(root, **options)
    return [line_of(diagnostic, root) for diagnostic in caught.value.diagnostics]


def line_of(diagnostic: Diagnostic, root: Path) -> str:
    """A diagnostic in one line; between angle brackets is the text its span covers."""
    parts = [diagnostic.code]
    if span := diagnostic.span:
        line = (root / span.path).read_text(encoding="utf-8").split("\n")[span.line - 1]
        parts.append(f"{span.path}:{span.line}:{span.col} <{line[span.col - 1 : span.end_col - 1]}>")
    parts.append(diagnostic.message)
    parts += [part for part in (diagnostic.label, *diagnostic.notes) if part]
    return " | ".join([*parts, *([f"help: {diagnostic.help}"] if diagnostic.help else [])])
