"""Jars are brought with the user's Maven, checked, kept, and asked for when they are missing."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from sqlfeat.connectors.artifact import Artifact, parse_artifact, pinned
from sqlfeat.connectors.jars import bring_jars, jar_folder, jars_at_hand, needed_jars, online_jars
from sqlfeat.connectors.maven import find_maven
from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.project.config import OnlineLog, OnlineTarget, Source, Stream

CONTENT = b"classes"
SHA = hashlib.sha256(CONTENT).hexdigest()
JAR = parse_artifact("org.example:connector:1.0", SHA)
MAVEN = """\
#!/bin/sh
# Stands for Maven where there is no repository to ask: the pom says what is wanted, and it copies the jar.
echo "$@" >> "$(dirname "$0")/calls"
for argument in "$@"; do
  case "$argument" in -DoutputDirectory=*) folder=${argument#-DoutputDirectory=} ;; -f) next=1 ;;
    *) [ -n "$next" ] && pom=$argument; next= ;; esac
done
grep -q '<artifactId>connector</artifactId><version>1.0</version>' "$pom" || {
  echo '[ERROR] Could not find artifact https://me:sesame@mirror.example/x -> [Help 1]'; exit 1; }
grep -q '<exclusion><groupId>\\*</groupId><artifactId>\\*</artifactId></exclusion>' "$pom" || exit 9
mkdir -p "$folder" && printf classes > "$folder/connector-1.0.jar"
"""


@pytest.fixture
def maven(tmp_path, monkeypatch):
    """A folder with a program `mvn` as the only one before the system's."""
    folder = tmp_path / "maven" / "bin"
    folder.mkdir(parents=True)
    (folder / "mvn").write_text(MAVEN, encoding="utf-8")
    (folder / "mvn").chmod(0o755)
    monkeypatch.setenv("MAVEN_HOME", str(folder.parent))
    return folder


def raised(action, *arguments):
    with pytest.raises(SqlfeatError) as caught:
        action(*arguments)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


def source(connector):
    return Source("g", "s", (), "ts", 0, (), (), None, Stream(connector, ""), None)


def test_what_comes_with_flink_needs_no_jar():
    assert needed_jars([source("filesystem")]) == ()


def test_each_jar_is_needed_once():
    sources = [source("kafka"), source("kafka"), source("filesystem")]
    assert needed_jars(sources, [JAR, pinned()["kafka"]]) == (pinned()["kafka"], JAR)


def test_what_sqlfeat_brings_is_pinned():
    assert {name: len(artifact.sha256) for name, artifact in pinned().items()} == {
        "kafka": 64,
        "jedis": 64,
        "commons-pool2": 64,
    }


def test_what_an_online_store_needs():
    log = OnlineLog("rows")
    assert online_jars(OnlineTarget("sqlite", path="x.db")) == ()
    assert online_jars(OnlineTarget("sqlite", path="x.db", log=log)) == (pinned()["kafka"],)
    assert [jar.name for jar in online_jars(OnlineTarget("redis", log=log))] == [
        "jedis",
        "commons-pool2",
        "flink-sql-connector-kafka",
    ]


@pytest.mark.parametrize("text", ["a:b", "a:b:c:d", "a b:c:d", "", "a:b:c\n"])
def test_no_artefact(text):
    with pytest.raises(ValueError, match="is no artefact: write `group:name:version`"):
        parse_artifact(text)


def test_no_hash():
    with pytest.raises(ValueError, match="`ABC` is no SHA-256: 64 hexadecimal digits in lower case"):
        parse_artifact("a:b:c", "ABC")


@pytest.mark.parametrize(
    ("environ", "folder"),
    [({"XDG_CACHE_HOME": "/c"}, Path("/c/sqlfeat/jars")), ({}, Path.home() / ".cache" / "sqlfeat" / "jars")],
)
def test_where_jars_are_kept(environ, folder):
    assert jar_folder(environ) == folder


def test_a_jar_is_brought_once(maven, tmp_path):
    (first,) = bring_jars([JAR], tmp_path / "jars")
    assert (first.artifact, first.path, first.fresh) == (JAR, tmp_path / "jars" / "connector-1.0.jar", True)
    assert first.path.read_bytes() == CONTENT
    (second,) = bring_jars([JAR], tmp_path / "jars")
    assert not second.fresh
    assert len((maven / "calls").read_text(encoding="utf-8").splitlines()) == 1
    assert [path.name for path in first.path.parent.iterdir()] == ["connector-1.0.jar"]
    assert jars_at_hand([JAR], tmp_path / "jars") == (first.path,)


@pytest.mark.usefixtures("maven")
def test_a_damaged_jar_is_brought_again(tmp_path):
    folder = tmp_path / "jars"
    folder.mkdir()
    (folder / JAR.file_name).write_bytes(b"half")
    assert raised(jars_at_hand, [JAR], folder).code == "SF0023"
    (found,) = bring_jars([JAR], folder)
    assert found.fresh
    assert jars_at_hand([JAR], folder) == (found.path,)


@pytest.mark.usefixtures("maven")
def test_another_content_is_refused_and_not_kept(tmp_path):
    wrong = Artifact("org.example", "connector", "1.0", "0" * 64)
    diagnostic = raised(bring_jars, [wrong], tmp_path / "jars")
    assert (diagnostic.code, diagnostic.message) == (
        "SF0022",
        "the jar of org.example:connector:1.0 is not the one that was pinned, and was not kept",
    )
    assert diagnostic.notes == (f"SHA-256 pinned: {'0' * 64}", f"SHA-256 found:  {SHA}")
    assert not (tmp_path / "jars").exists()


@pytest.mark.usefixtures("maven")
def test_maven_cannot_bring_it(tmp_path):
    diagnostic = raised(bring_jars, [parse_artifact("org.example:connector:2.0")], tmp_path / "jars")
    assert (diagnostic.code, diagnostic.message) == ("SF0021", "Maven cannot bring org.example:connector:2.0")
    assert diagnostic.notes == ("Could not find artifact https://me:***@mirror.example/x",)


def test_no_maven(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("MAVEN_HOME", raising=False)
    diagnostic = raised(find_maven)
    assert (diagnostic.code, diagnostic.help) == ("SF0020", "apt-get install maven")
    assert diagnostic.message == "Maven, which brings the connectors of Flink, was not found"


def test_maven_home_goes_before_the_path(maven):
    assert find_maven() == maven / "mvn"
    assert find_maven({"PATH": str(maven)}) == maven / "mvn"


def test_maven_that_does_not_start(maven, tmp_path):
    (maven / "mvn").write_text("no program", encoding="utf-8")
    diagnostic = raised(bring_jars, [JAR], tmp_path / "jars")
    assert diagnostic.code == "SF0021"
    assert "Maven does not start" in diagnostic.notes[0]


def test_missing_at_a_run(tmp_path):
    diagnostic = raised(jars_at_hand, [JAR], tmp_path)
    assert (diagnostic.code, diagnostic.message, diagnostic.help) == (
        "SF0023",
        "connectors of Flink are missing: org.example:connector:1.0",
        "run `sqlfeat deps`",
    )


def test_maven_is_asked_with_the_environment_of_the_user(maven, tmp_path):
    (maven / "mvn").write_text(MAVEN.replace('echo "$@"', 'echo "$MAVEN_ARGS"'), encoding="utf-8")
    os.environ["MAVEN_ARGS"] = "-s mine.xml"
    try:
        bring_jars([JAR], tmp_path / "jars")
    finally:
        del os.environ["MAVEN_ARGS"]
    assert (maven / "calls").read_text(encoding="utf-8") == "-s mine.xml\n"
