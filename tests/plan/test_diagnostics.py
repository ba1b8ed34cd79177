"""The complaints of the compiler as users see them: models and what is said of them in tests/fixtures/plan/<topic>.txt.

`SQLFEAT_UPDATE=1` writes what is said now into the fixtures; read the difference before committing it.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from pathlib import Path

import pytest

from sqlfeat.diagnostics.render import render_diagnostic
from sqlfeat.plan.report import Report
from tests.plan.market import complaints_about, load_market

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "plan"
TOPICS = sorted(FIXTURES.glob("*.txt"))


def cases_of(path):
    """(title, model, what is said) of each case."""
    parts = re.split(r"^== (.*)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    for title, body in zip(parts[::2], parts[1::2], strict=True):
        model, _, said = f"{body}\n".partition("\n--\n")
        yield title, model.rstrip("\n"), said.strip("\n")


def name_of(path, title):
    return re.sub(r"\W+", "_", f"{path.stem} {title}").strip("_").lower()


CASES = {name_of(path, title): (model, said) for path in TOPICS for title, model, said in cases_of(path)}


@pytest.fixture(scope="module")
def complaints(tmp_path_factory):
    """What is said of each case, and the lines of the compiler that said it."""
    root = tmp_path_factory.mktemp("market")
    project = load_market(root, {name: model for name, (model, _) in CASES.items()})
    sites = set()
    with pytest.MonkeyPatch.context() as patch:
        for method in ("add", "at_offsets"):
            patch.setattr(Report, method, noting(getattr(Report, method), sites))
        diagnostics = {name: complaints_about(project, name) for name in CASES}
    texts = {name: "\n".join(render_diagnostic(d, root) for d in found) for name, found in diagnostics.items()}
    if os.environ.get("SQLFEAT_UPDATE"):
        update(texts)
    return texts, sites


def noting(method, sites):
    """The method, which also notes who called it."""

    def noted(self, *args, **kwargs):
        frame = sys._getframe(1)
        while frame is not None and Path(frame.f_code.co_filename).name in ("report.py", Path(__file__).name):
            frame = frame.f_back
        sites.add((Path(frame.f_code.co_filename).name, frame.f_lineno))
        return method(self, *args, **kwargs)

    return noted


def update(texts):
    for path in TOPICS:
        cases = [f"== {title}\n{model}\n--\n{texts[name_of(path, title)]}\n" for title, model, _ in cases_of(path)]
        path.write_text("\n".join(cases), encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_the_compiler_says(name, complaints):
    texts, _ = complaints
    if not os.environ.get("SQLFEAT_UPDATE"):
        assert texts[name] == CASES[name][1]


def test_every_case_has_its_own_name():
    assert len(CASES) == sum(len(list(cases_of(path))) for path in TOPICS)


def test_every_complaint_of_the_compiler_has_a_case(complaints):
    _, sites = complaints
    missing = [
        f"{file}:{first}: {text}"
        for file, first, last, text in complaining_calls()
        if not any(file == name and first <= line <= last for name, line in sites)
    ]
    assert missing == [], "add a case to tests/fixtures/plan for each of these"


def complaining_calls():
    """(file, first line, last line, what) of each call in sqlfeat/plan that adds to the report."""
    for path in sorted((ROOT / "sqlfeat" / "plan").glob("*.py")):
        if path.name == "report.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = ast.unparse(node.func.value)
                if owner.endswith("report") and node.func.attr in ("add", "fail", "unknown", "at_offsets"):
                    yield path.name, node.lineno, node.end_lineno, ast.unparse(node)[:100]
