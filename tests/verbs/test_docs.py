from __future__ import annotations

import pytest

from sqlfeat.console.capture import CaptureConsole
from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.facade import Project
from tests.shop import write_shop


@pytest.fixture
def root(tmp_path):
    return write_shop(tmp_path)


def test_docs_are_written_below_target(root):
    console = CaptureConsole()
    result = Project(root, console=console).docs()
    assert result.index == root / "target" / "docs" / "index.html"
    assert result.index.is_file()
    pages = len(list(result.index.parent.rglob("*.html")))
    assert (result.pages, result.views, result.features) == (pages, 2, 2)


def test_docs_are_written_where_one_wants_them(root, tmp_path):
    assert Project(root).docs(tmp_path / "elsewhere").index == tmp_path / "elsewhere" / "index.html"
    assert not (root / "target").exists()


def test_a_model_that_went_has_no_page(root):
    Project(root).docs()
    (root / "models" / "orders_1d.sql").unlink()
    folder = Project(root).docs().index.parent
    assert not (folder / "models" / "orders_1d.html").exists()


def test_a_broken_model_leaves_the_docs_as_they_were(root):
    index = Project(root).docs().index
    before = index.read_bytes()
    (root / "models" / "paid.sql").write_text("SELECT nothing FROM nowhere", encoding="utf-8")
    with pytest.raises(SqlfeatError):
        Project(root).docs()
    assert index.read_bytes() == before
