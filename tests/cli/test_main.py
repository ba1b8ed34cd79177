from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sqlfeat import __version__
from sqlfeat.cli import main as main_module
from sqlfeat.cli.main import VERBS, run_cli
from sqlfeat.facade import Project

PROMISE = (
    "`run` = now, `run --streaming` = from now on, `backfill` = the past, "
    "`dataset` = the past as the model would have seen it."
)


@pytest.fixture(autouse=True)
def width(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("SQLFEAT_PROJECT_DIR", raising=False)


@pytest.fixture
def project(tmp_path, monkeypatch):
    root = tmp_path / "project"
    root.mkdir()
    (root / "project.yml").write_text("name: p\n", encoding="utf-8")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_help_says_what_to_remember_and_lists_the_verbs(capsys):
    assert run_cli(["--help"]) == 0
    out = capsys.readouterr().out
    assert PROMISE in " ".join(out.split())
    listed = re.findall(r"^  ([a-z]+) {2,}\S", out.split("Commands:")[1], re.MULTILINE)
    assert listed == [verb.name for verb in VERBS]


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS])
def test_every_verb_has_help_that_is_not_cut_off(verb, capsys):
    assert run_cli([verb, "--help"]) == 0
    assert f"Usage: sqlfeat {verb}" in capsys.readouterr().out
    run_cli(["--help"])
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith(f"  {verb} ")]
    assert not line.endswith("...")


def test_version(capsys):
    assert run_cli(["--version"]) == 0
    assert capsys.readouterr().out == f"sqlfeat, version {__version__}\n"


def test_python_m_sqlfeat():
    done = subprocess.run([sys.executable, "-m", "sqlfeat", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"sqlfeat, version {__version__}\n"


def test_no_arguments_show_the_help_and_are_a_usage_error(capsys):
    assert run_cli([]) == 2
    assert "Commands:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compil"], "Error: No such command 'compil'. Did you mean 'compile'?"),
        (["ls", "--taget", "x"], "Error: No such option '--taget'. Did you mean '--target'?"),
        (["ls", "--output", "xml"], "Error: Invalid value for '--output': 'xml' is not one of 'name', 'path', 'json'."),
        (["get", "m"], "Error: Missing option '--key'."),
        (
            ["get", "m", "--key", "carrier"],
            (
                "Error: Invalid value for '--key': 'carrier' is not a key; write --key carrier=UA, once for each key "
                "column"
            ),
        ),
        (["get", "m", "--key", "a=1", "--key", "a=2"], "Error: --key a is given twice"),
        (
            ["backfill", "--start", "yesterday"],
            (
                "Error: Invalid value for '--start': 'yesterday' is not a time; write 2013-01-31, 2013-01-31T12:30 or "
                "2013-01-31T12:30:00Z"
            ),
        ),
        (
            ["ls", "--vars", "[1]"],
            (
                "Error: Invalid value for '--vars': '[1]' is not a mapping; write --vars 'limit: 500' or "
                "--vars '{\"limit\": 500}'"
            ),
        ),
    ],
)
def test_usage_errors_say_what_was_meant(arguments, message, project, capsys):
    assert run_cli(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1] == message


def test_no_project(nowhere, capsys):
    assert run_cli(["ls"]) == 2
    assert capsys.readouterr().err == (
        f"error[SF0001]: there is no `project.yml` in `{nowhere}`, nor in a folder above it\n"
        "   = help: go to a project, or name one with --project-dir\n"
        "   = explain: sqlfeat explain SF0001\n"
    )


def test_a_named_folder_must_hold_the_project_itself(project, capsys):
    (project / "models").mkdir()
    assert run_cli(["clean", "--project-dir", str(project / "models")]) == 2
    assert f"there is no `project.yml` in `{project}/models`\n" in capsys.readouterr().err
    assert run_cli(["clean", "--project-dir", "gone"]) == 2
    assert f"there is no folder `{project}/gone`\n" in capsys.readouterr().err


def test_the_project_is_found_upwards(project, monkeypatch, capsys):
    (project / "models" / "deep").mkdir(parents=True)
    monkeypatch.chdir(project / "models" / "deep")
    assert run_cli(["clean"]) == 0
    assert capsys.readouterr().out == "nothing to remove\n"


@pytest.mark.parametrize("where", ["before", "after", "environment", "before, against the environment"])
def test_global_options_stand_before_or_after_the_verb(where, project, monkeypatch, capsys):
    (project / "target").mkdir()
    monkeypatch.chdir("/")
    flag = ["--project-dir", str(project)]
    if "environment" in where:
        monkeypatch.setenv("SQLFEAT_PROJECT_DIR", "/nowhere" if "against" in where else str(project))
    arguments = {"after": ["clean", *flag], "environment": ["clean"]}.get(where, [*flag, "clean"])
    assert run_cli(arguments) == 0
    assert capsys.readouterr().out == f"removed {project.relative_to('/')}/target (0 files)\n"


def test_options_before_and_after_add_up(project, monkeypatch):
    seen = {}

    def ls(self, select, exclude):
        seen.update(select=select, exclude=exclude, target=self.target, variables=self.variables)
        raise KeyboardInterrupt

    monkeypatch.setattr(Project, "ls", ls)
    before = ["-s", "a", "-t", "dev", "--vars", "{x: 1, y: 1}"]
    after = ["-s", "b", "--select", "c", "--exclude", "d", "-t", "prod", "--vars", '{"y": 2}']
    assert run_cli([*before, "ls", *after]) == 130
    assert seen == {
        "select": ("a", "b", "c"),
        "exclude": ("d",),
        "target": "prod",
        "variables": {"x": 1, "y": 2},
    }


def test_run_without_streaming_says_what_to_use(project, capsys):
    assert run_cli(["run"]) == 2
    assert capsys.readouterr().err == (
        "error[SF0002]: `run` without `--streaming` does not exist yet\n"
        "   = help: `sqlfeat run --streaming` for the stream, `sqlfeat backfill --start --end` for the past\n"
        "   = explain: sqlfeat explain SF0002\n"
    )


def test_an_empty_slice_is_refused(project, capsys, monkeypatch):
    monkeypatch.setattr(Project, "loaded", None)
    assert run_cli(["backfill", "--start", "2013-02-01", "--end", "2013-01-31T23:00:00-01:00"]) == 2
    assert capsys.readouterr().err.startswith(
        "error[SF0005]: the start 2013-02-01 00:00:00 is not before the end 2013-02-01 00:00:00\n"
    )


def test_errors_are_json_lines_on_request(nowhere, capsys):
    assert run_cli(["ls", "--log-format", "json"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert (json.loads(line)["event"], json.loads(line)["code"]) == ("diagnostic", "SF0001")


def test_quiet_does_not_hide_errors(nowhere, capsys):
    assert run_cli(["-q", "ls"]) == 2
    assert capsys.readouterr().err.startswith("error[SF0001]")


def test_ctrl_c(project, monkeypatch, capsys):
    def interrupted(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(Project, "clean", interrupted)
    assert run_cli(["clean"]) == 130
    assert capsys.readouterr().err.strip() == "warning: interrupted"


def test_a_bug_is_reported_shortly_with_the_traceback_in_a_file(project, monkeypatch, capsys):
    def broken(self):
        raise ZeroDivisionError("by zero\nsecond line")

    monkeypatch.setattr(Project, "clean", broken)
    assert run_cli(["clean"]) == 70
    out, err = capsys.readouterr()
    assert out == ""
    (log,) = (project / "target" / "crashes").iterdir()
    assert err == (
        "error[SF9901]: a bug in sqlfeat: ZeroDivisionError: by zero\n"
        f"   = traceback: target/crashes/{log.name}\n"
        "   = help: please report it, with that file\n"
        "   = explain: sqlfeat explain SF9901\n"
    )
    assert "Traceback (most recent call last)" in log.read_text(encoding="utf-8")
    assert "in broken" in log.read_text(encoding="utf-8")


def test_a_bug_outside_of_a_project_writes_nothing_here(nowhere, monkeypatch, capsys):
    def broken(code):
        raise ZeroDivisionError

    monkeypatch.setattr(Project, "explain", broken)
    assert run_cli(["explain", "SF0001"]) == 70
    err = capsys.readouterr().err
    assert err.startswith("error[SF9901]: a bug in sqlfeat: ZeroDivisionError\n")
    log = Path(re.search(r"traceback: (.*)", err)[1])
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")
    assert list(nowhere.iterdir()) == []


def test_a_bug_in_a_project_that_cannot_be_written_to_is_still_reported(project, monkeypatch, capsys):
    (project / "target").write_text("in the way", encoding="utf-8")

    def broken(self):
        raise ZeroDivisionError

    monkeypatch.setattr(Project, "clean", broken)
    assert run_cli(["clean"]) == 70
    assert Path(re.search(r"traceback: (.*)", capsys.readouterr().err)[1]).exists()


def test_a_reader_that_goes_away_leaves_no_traceback():
    script = "import sys; from sqlfeat.cli.main import run_cli; sys.exit(run_cli(['explain']))"
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 1
    assert "Traceback" not in err


def test_main_exits_with_the_code(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["sqlfeat", "compil"])
    with pytest.raises(SystemExit) as caught:
        main_module.main()
    assert caught.value.code == 2
