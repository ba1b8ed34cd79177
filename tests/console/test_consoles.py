from __future__ import annotations

import io
import json
import re
from datetime import datetime, timezone
from pathlib import Path

import pytest

from sqlfeat.console.capture import CaptureConsole, NodeEvent
from sqlfeat.console.factory import LogFormat, draws, open_console
from sqlfeat.console.jsonl import JsonConsole
from sqlfeat.console.plain import PlainConsole
from sqlfeat.console.quiet import QuietConsole
from sqlfeat.console.tty import TtyConsole
from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError

ERROR = SqlfeatError(Diagnostic("SF0001", "no project"))
RENDERED = "error[SF0001]: no project\n   = explain: sqlfeat explain SF0001\n"
ROOT = Path()


class Terminal(io.StringIO):
    def isatty(self):
        return True


class NoonClock:
    def now(self):
        return datetime(2013, 1, 1, 12, tzinfo=timezone.utc)


def streams(kind=io.StringIO):
    return kind(), kind()


def two_nodes(console):
    console.node_started("backfill", "a", 1, 12)
    console.node_finished("backfill", "a", 1, 12, "ok", "31 days, 1,200 rows", 4.06)
    console.node_started("backfill", "b", 2, 12)
    console.node_finished("backfill", "b", 2, 12, "fail", "", 0.1)


def test_plain_keeps_result_and_narration_apart():
    out, err = streams()
    console = PlainConsole(out, err)
    console.result("42")
    console.note("reading")
    console.warning("old file")
    assert out.getvalue() == "42\n"
    assert err.getvalue() == "reading\nwarning: old file\n"


def test_plain_has_a_line_for_the_start_and_the_end_of_a_node_and_sums_up():
    out, err = streams()
    console = PlainConsole(out, err)
    two_nodes(console)
    console.close()
    assert out.getvalue() == ""
    assert err.getvalue() == (
        " 1/12 START backfill a\n"
        " 1/12 OK    backfill a  31 days, 1,200 rows  4.1s\n"
        " 2/12 START backfill b\n"
        " 2/12 FAIL  backfill b  0.1s\n"
        "Done: 2 nodes, ok=1 fail=1\n"
    )


def test_plain_says_an_error_once_if_nothing_followed():
    out, err = streams()
    console = PlainConsole(out, err)
    console.note("reading")
    console.error(ERROR, ROOT)
    console.close()
    assert err.getvalue() == f"reading\n{RENDERED}"


def test_plain_repeats_errors_that_scrolled_by():
    out, err = streams()
    console = PlainConsole(out, err)
    console.error(ERROR, ROOT)
    console.note("going on")
    console.close()
    assert err.getvalue() == f"{RENDERED}going on\n\n1 error:\n{RENDERED}"


def test_closing_twice_says_nothing_more():
    out, err = streams()
    console = PlainConsole(out, err)
    two_nodes(console)
    console.close()
    said = err.getvalue()
    console.close()
    assert err.getvalue() == said


def test_jsonl_writes_one_object_a_line():
    out, err = streams()
    console = JsonConsole(out, err, NoonClock())
    console.note("reading\nthings")
    console.warning("old file")
    console.error(ERROR, ROOT)
    console.node_started("backfill", "a", 1, 2)
    console.node_finished("backfill", "a", 1, 2, "fail", "", 0.12345)
    console.result("42")
    console.close()
    ts = "2013-01-01T12:00:00.000Z"
    assert [json.loads(line) for line in err.getvalue().splitlines()] == [
        {"ts": ts, "level": "info", "event": "note", "message": "reading\nthings"},
        {"ts": ts, "level": "warning", "event": "warning", "message": "old file"},
        {
            "ts": ts,
            "level": "error",
            "event": "diagnostic",
            "code": "SF0001",
            "severity": "error",
            "message": "no project",
            "path": None,
            "range": None,
            "label": "",
            "notes": [],
            "help": "",
        },
        {
            "ts": ts,
            "level": "info",
            "event": "node_started",
            "verb": "backfill",
            "node": "a",
            "index": 1,
            "total": 2,
        },
        {
            "ts": ts,
            "level": "error",
            "event": "node_finished",
            "verb": "backfill",
            "node": "a",
            "index": 1,
            "total": 2,
            "status": "fail",
            "detail": "",
            "seconds": 0.123,
        },
    ]
    assert out.getvalue() == "42\n"


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("NO_COLOR", "CI", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


def visible(text):
    """What is left of a terminal's input without colours and cursor movement."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


@pytest.mark.usefixtures("terminal")
def test_tty_says_the_same_as_plain_and_more_nicely():
    out, err = streams(Terminal)
    console = TtyConsole(out, err)
    two_nodes(console)
    console.result("42")
    console.error(ERROR, ROOT)
    console.close()
    said = visible(err.getvalue())
    assert " 1/12 OK    backfill a  31 days, 1,200 rows  4.1s" in said
    assert " 2/12 FAIL  backfill b  0.1s" in said
    assert said.count("error[SF0001]: no project") == 2
    assert "Done: 2 nodes, ok=1 fail=1" in said
    assert out.getvalue() == "42\n"
    assert "\x1b[1;31merror[SF0001]" in err.getvalue()


@pytest.mark.usefixtures("terminal")
def test_tty_honours_no_color(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    out, err = streams(Terminal)
    console = TtyConsole(out, err)
    console.error(ERROR, ROOT)
    assert "\x1b[1;31m" not in err.getvalue()
    assert visible(err.getvalue()) == RENDERED


@pytest.mark.usefixtures("terminal")
def test_tty_neither_wraps_long_lines_nor_reads_markup():
    out, err = streams(Terminal)
    console = TtyConsole(out, err)
    console.note("[red]" + "x" * 200 + ":smile:")
    assert visible(err.getvalue()) == "[red]" + "x" * 200 + ":smile:\n"


def test_quiet_leaves_results_and_errors():
    inner = CaptureConsole()
    console = QuietConsole(inner)
    two_nodes(console)
    console.note("a")
    console.warning("b")
    console.result("42")
    console.error(ERROR, ROOT)
    console.close()
    assert inner == CaptureConsole(results=["42"], errors=[ERROR], closed=True)


def test_quiet_around_nothing_is_silent(capfd):
    console = QuietConsole()
    console.result("42")
    console.error(ERROR, ROOT)
    console.close()
    assert capfd.readouterr() == ("", "")


def test_capture_keeps_everything_in_order():
    console = CaptureConsole()
    two_nodes(console)
    assert console.nodes[:2] == [
        NodeEvent("backfill", "a", 1, 12),
        NodeEvent("backfill", "a", 1, 12, "ok", "31 days, 1,200 rows"),
    ]


@pytest.mark.parametrize(
    ("kind", "environ", "expected"),
    [
        (Terminal, {}, TtyConsole),
        (Terminal, {"NO_COLOR": "1"}, TtyConsole),
        (Terminal, {"CI": "true"}, PlainConsole),
        (Terminal, {"TERM": "dumb"}, PlainConsole),
        (io.StringIO, {}, PlainConsole),
    ],
)
def test_the_stream_and_the_environment_choose_the_console(kind, environ, expected):
    out, err = streams(kind)
    assert isinstance(open_console(out=out, err=err, environ=environ), expected)


def test_json_is_json_everywhere():
    out, err = streams(Terminal)
    assert isinstance(open_console(LogFormat.JSON, out=out, err=err, environ={}), JsonConsole)


def test_quiet_wraps_what_would_have_been_chosen():
    assert isinstance(open_console(quiet=True, out=io.StringIO(), err=io.StringIO(), environ={}), QuietConsole)


def test_only_a_terminal_is_drawn_on():
    assert draws(Terminal(), {})
    assert not draws(io.StringIO(), {})
