"""What the command line makes of results; computing them is tested with the verbs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from sqlfeat.cli.get import duration
from sqlfeat.cli.main import run_cli
from sqlfeat.cli.table import table
from sqlfeat.connectors.artifact import Artifact
from sqlfeat.connectors.jars import Brought
from sqlfeat.diagnostics.codes import CODES
from sqlfeat.engines.flink.counts import Counts
from sqlfeat.facade import Project
from sqlfeat.parity.compare import Comparison, Difference
from sqlfeat.parity.report import ModelParity, ParityResult, SourceParity
from sqlfeat.verbs.backfill import BackfilledModel, BackfillResult, RejectedRows
from sqlfeat.verbs.clean import CleanResult
from sqlfeat.verbs.deps import DepsResult
from sqlfeat.verbs.get import OnlineValue
from sqlfeat.verbs.stream import StreamedModel, StreamedSource, StreamResult
from tests.shop import write_shop


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    (tmp_path / "project.yml").write_text("name: p\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def shop(project):
    return write_shop(project)


@pytest.fixture
def answer(monkeypatch):
    """Let a method of Project give a value; gives the list of the keyword arguments it is called with."""

    def patch(verb, value):
        calls = []
        monkeypatch.setattr(Project, verb, lambda self, *args, **kwargs: calls.append((args, kwargs)) or value)
        return calls

    return patch


def parity_result():
    same = ModelParity("carrier_delays", Comparison(1200, 1200, 0, {"n": 0}, ()))
    at = datetime(2013, 1, 1, 12)
    first = Difference({"user_id": 7}, at, {"a": 1, "b": "x"}, None)
    differing = ModelParity("m", Comparison(7, 8, 3, {"a": 0, "b": 2, "c": 1}, (first,)), "a tie")
    sources = (SourceParity("shop.orders", 3, 3, 1200), SourceParity("shop.users", 0, 0, 0))
    return {"same": ParityResult((same,), sources[1:]), "differing": ParityResult((same, differing), sources)}


def test_parity_prints_a_row_a_model_and_exits_with_1_on_a_difference(answer, capsys):
    answer("parity", parity_result()["differing"])
    assert run_cli(["parity"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "model           duckdb rows  flink rows  mismatches",
        "carrier_delays        1,200       1,200           0",
        "m                         7           8           3  b: 2, c: 1",
        "m: first at user_id=7, 2013-01-01 12:00:00.000",
        '  duckdb  {"a": 1, "b": "x"}',
        "  flink   null",
        "  hint: a tie",
        "shop.orders: rejected: 3 by duckdb, 3 by flink; late: 1,200",
        "FAILED",
    ]


def test_parity_writes_its_details_to_a_file(answer, capsys, project):
    result = parity_result()["same"]
    answer("parity", result)
    assert run_cli(["parity", "--json", "out/p.json"]) == 0
    assert json.loads((project / "out" / "p.json").read_text(encoding="utf-8")) == result.as_json()
    out, err = capsys.readouterr()
    assert out.splitlines()[1:] == ["carrier_delays        1,200       1,200           0", "OK"]
    assert err == "details: out/p.json\n"


def test_times_of_a_slice_are_utc(answer):
    calls = answer("parity", parity_result()["same"])
    run_cli(["parity", "-s", "m", "--start", "2013-01-31", "--end", "2013-02-01T01:00:00.250+01:00"])
    ((args, kwargs),) = calls
    assert args == ()
    assert kwargs["select"] == ("m",)
    assert str(kwargs["start"]) == "2013-01-31 00:00:00+00:00"
    assert str(kwargs["end"]) == "2013-02-01 00:00:00.250000+00:00"


@pytest.mark.parametrize("text", ["2013-W05", "2013", "20130131", "2013-13-01", "2013-01-31T25:00", "", "0"])
def test_times_are_not_guessed(text, capsys):
    assert run_cli(["parity", "--start", text]) == 2
    assert "is not a time" in capsys.readouterr().err


def test_times_have_milliseconds(capsys):
    assert run_cli(["parity", "--start", "2013-01-31T00:00:00.000001"]) == 2
    assert "is finer than a millisecond, which event time is not" in capsys.readouterr().err


VALUE = OnlineValue(
    model="routes",
    key={"origin": "JFK", "dest": "LAX"},
    feature_time=datetime(2013, 12, 31, 23, 59, tzinfo=timezone.utc),
    age_seconds=93784.5,
    features={"departures_1d": 12, "share": 0.5, "last": ["LAX", None], "note": "a b", "gone": None, "on": True},
)


def test_get_prints_a_feature_a_line(answer, capsys):
    calls = answer("get", VALUE)
    assert run_cli(["get", "routes", "--key", "origin=JFK", "--key", "dest=L=X"]) == 0
    assert calls == [(("routes", {"origin": "JFK", "dest": "L=X"}), {})]
    assert capsys.readouterr().out.splitlines() == [
        "routes origin=JFK dest=LAX",
        "  feature_time   2013-12-31T23:59:00.000Z (1d 2h ago)",
        "  departures_1d  12",
        "  share          0.5",
        '  last           ["LAX", null]',
        "  note           a b",
        "  gone           NULL",
        "  on             true",
    ]


def test_get_json_is_one_object(answer, capsys):
    answer("get", VALUE)
    assert run_cli(["get", "routes", "--key", "origin=JFK", "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == VALUE.as_json()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (0.4, "0s"), (59, "59s"), (60, "1m"), (3661, "1h 1m"), (86_400, "1d"), (90_061, "1d 1h")],
)
def test_an_age_has_its_two_largest_units(seconds, text):
    assert duration(seconds) == text


def test_backfill_sums_up(answer, capsys):
    models = (BackfilledModel("a", 1000, 2, 1.25), BackfilledModel("b", 234, 1, 1.0))
    calls = answer("backfill", BackfillResult(models, (RejectedRows("shop.orders", 3, Path("log")),)))
    assert run_cli(["backfill", "--full-refresh"]) == 0
    assert capsys.readouterr().out == "backfilled 2 models in 2.2s: 1,234 rows, 3 events rejected\n"
    assert calls[0][1]["full_refresh"] is True


def test_run_sums_up(answer, capsys):
    models = (StreamedModel("a", Counts(rows=1000, written=900)),)
    answer(
        "run", StreamResult(models, (StreamedSource("shop.orders", rejects=2, late=1, read=1003, accepted=1000),), 4.04)
    )
    assert run_cli(["run", "--streaming"]) == 0
    assert capsys.readouterr().out == (
        "streamed 1 models in 4.0s: 1,000 rows, 3 events turned aside\n"
        "  shop.orders: 1,003 read, 1,000 accepted, 1 late, 2 rejected\n"
    )


def test_compile_sums_up(shop, capsys):
    assert run_cli(["compile"]) == 0
    assert run_cli(["compile"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "compiled 2 models into target/compiled (4 files changed)",
        "compiled 2 models into target/compiled (nothing changed)",
    ]


@pytest.mark.parametrize(
    ("output", "lines"),
    [
        ("name", ["paid", "spend"]),
        ("path", ["models/paid.sql", "models/spend.sql"]),
    ],
)
def test_ls_prints_a_line_a_model(shop, capsys, output, lines):
    assert run_cli(["ls", "--output", output, "-s", "+spend"]) == 0
    assert capsys.readouterr().out.splitlines() == lines


def test_ls_json_has_an_object_a_line(shop, capsys):
    assert run_cli(["ls", "--output", "json", "-s", "spend"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "name": "spend",
        "path": "models/spend.sql",
        "materialized": "event",
        "entity": "user",
        "tags": ["money"],
        "owner": "risk",
        "description": "What a user spent lately.",
        "depends_on": ["paid"],
    }


def test_an_error_in_a_model_is_shown_in_the_model(shop, capsys):
    model = shop / "models" / "spend.sql"
    model.write_text(model.read_text(encoding="utf-8").replace("SUM(amount)", "SUM(amuont)"), encoding="utf-8")
    assert run_cli(["compile", "--project-dir", str(shop)]) == 1
    head = capsys.readouterr().err.splitlines()[:6]
    assert head[0].startswith("error[SF03")
    assert head[1:] == [
        "  --> models/spend.sql:5:7",
        "   |",
        (
            " 5 |   SUM(amuont) OVER (PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND "
            "CURRENT ROW)"
        ),
        "   |       ^^^^^^ did you mean `amount`?",
        "   |",
    ]


def test_backfill_and_get_from_end_to_end(shop, capsys):
    assert run_cli(["backfill", "-q"]) == 0
    assert run_cli(["get", "spend", "--key", "user_id=7"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("backfilled 2 models in ")
    assert out.endswith("s: 9 rows, 0 events rejected\n")
    assert err.startswith("error[SF0901]: `spend` has no row for user_id=7 in the online store\n")


def test_debug_passes_in_a_project_in_order(shop, capsys):
    code = run_cli(["debug", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is (code == 0)
    checks = {check["name"]: check for check in report["checks"]}
    for name in ("project", "Python", "DuckDB", "online store", "folder target", "folder data/offline"):
        assert checks[name]["ok"], checks[name]
        assert checks[name]["remedy"] == ""
    assert checks["project"]["detail"] == "shop, target dev, 3 models"


def test_docs_says_where_they_are(answer, capsys, project):
    calls = answer("docs", None)
    assert run_cli(["docs", "generate"]) == 0
    assert run_cli(["docs", "generate", "--output", "site"]) == 0
    assert capsys.readouterr().out == "docs: target/docs/index.html\ndocs: site/index.html\n"
    assert [args for args, _ in calls] == [(None,), (Path("site"),)]


def test_clean_counts(answer, capsys, project):
    answer("clean", CleanResult(project / "target", 3))
    assert run_cli(["clean"]) == 0
    assert capsys.readouterr().out == "removed target (3 files)\n"


def test_explain_prints_the_long_text(capsys):
    assert run_cli(["explain", "sf2"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("# SF0002: this form of `run` does not exist yet\n\n`run` without")
    assert out.endswith("\n\nExit code: 2\n")


def test_explain_lists_the_codes(capsys):
    assert run_cli(["explain"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(CODES)
    assert lines[0] == "SF0001  no project here"


def test_explain_of_an_unknown_code(capsys):
    assert run_cli(["explain", "SF7777"]) == 2
    assert capsys.readouterr().err.startswith("error[SF0006]: there is no diagnostic code `SF7777`\n")


def test_a_table_of_no_rows_is_empty():
    assert table([]) == ""


def test_deps_says_how_many_are_new(answer, capsys):
    there = Brought(Artifact("g", "a", "1"), Path("a-1.jar"), fresh=False)
    answer("deps", DepsResult((there, replace(there, fresh=True))))
    assert run_cli(["deps"]) == 0
    assert capsys.readouterr().out == "2 jars, 1 of them newly brought\n"


def test_deps_of_a_project_that_needs_none(shop, capsys):
    assert run_cli(["deps"]) == 0
    assert capsys.readouterr().out == "nothing to bring: sources and stores need only what comes with Flink\n"
