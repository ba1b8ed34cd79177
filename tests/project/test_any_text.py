"""No YAML, however broken, gives anything but diagnostics."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.project.load import load_project
from tests.projects import PROJECT, write_project

keys = st.sampled_from(
    ["name", "version", "sources", "entities", "models", "streams", "tables", "columns", "type", "keys", "event_time",
     "order_by", "unique_key", "lateness", "stream", "history", "targets", "online", "offline", "path", "paths", "vars",
     "defaults", "config", "tags", "meta", "default", "requires", "description", "timezone", "materialized", "log",
     "<<"]
)  # fmt: skip
scalars = st.sampled_from(
    ["a", "BIGINT", "5 minutes", "1", "yes", "", "~", "2013-02-31", "1.5", "'{{ x }}'", "models", "!!set {a}", "&r 1",
     "*r", "'", "[", "{", "- b", "|", "> x", "\t", "!!python/object:x", "? y", "TIMESTAMP(3)", "{{ a }}", ": ", "\x00"]
)  # fmt: skip


def mapping(inner):
    return st.lists(st.tuples(keys, inner), max_size=4).map(
        lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
    )


values = st.recursive(
    scalars, lambda inner: mapping(inner) | st.lists(inner, max_size=3).map(lambda v: f"[{', '.join(v)}]")
)
texts = st.lists(st.tuples(keys, values), max_size=5).map(lambda pairs: "".join(f"{k}: {v}\n" for k, v in pairs))


@given(project=st.just(PROJECT) | texts | st.text(max_size=30), properties=texts | st.text(max_size=30))
def test_a_project_loads_or_is_complained_about(project, properties):
    with tempfile.TemporaryDirectory() as folder:
        root = write_project(Path(folder), {"project.yml": project, "models/shop.yml": properties})
        try:
            load_project(root, environ={})
        except SqlfeatError as error:
            for diagnostic in error.diagnostics:
                assert diagnostic.message
                assert diagnostic.span is None or 1 <= diagnostic.span.col < diagnostic.span.end_col
