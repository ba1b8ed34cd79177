"""Passwords stay in the environment: no file and no message holds one."""

from __future__ import annotations

import json

import pytest

from sqlfeat.cli.main import run_cli
from sqlfeat.facade import Project
from tests.conftest import free_port
from tests.shop import write_shop

SECRET = "sesame"


@pytest.fixture
def shop(tmp_path, monkeypatch):
    root = write_shop(tmp_path)
    url = f"rediss://ali:{{{{ env_var('SQLFEAT_SECRET_PASSWORD') }}}}@127.0.0.1:{free_port()}/0"
    kafka = """\
    kafka:
      brokers: 127.0.0.1:1
      properties: {sasl.jaas.config: "password='{{ env_var('SQLFEAT_SECRET_PASSWORD') }}'"}
"""
    project = root / "project.yml"
    text = project.read_text(encoding="utf-8").replace(
        "{type: sqlite, path: data/online.db}", f'{{type: redis, url: "{url}"}}'
    )
    project.write_text(text + kafka, encoding="utf-8")
    yaml = root / "models" / "shop.yml"
    files = "{connector: filesystem, path: data/orders.jsonl, format: json}"
    yaml.write_text(yaml.read_text("utf-8").replace(files, "{connector: kafka, topic: orders}"), "utf-8")
    monkeypatch.setenv("SQLFEAT_SECRET_PASSWORD", SECRET)
    monkeypatch.chdir(root)
    return root


@pytest.mark.parametrize(
    "verb",
    [
        ["compile"],
        ["docs", "generate"],
        ["debug", "--json"],
        ["ls"],
        ["get", "spend", "--key", "user_id=1"],
        ["run", "--streaming", "--until-latest"],
        ["--log-format", "json", "run", "--streaming"],
    ],
    ids=" ".join,
)
def test_a_password_is_shown_by_no_verb(shop, verb, capfd):
    run_cli(verb)
    shown = capfd.readouterr()
    assert SECRET not in shown.out + shown.err
    written = [path for path in shop.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert written == []


def test_the_password_is_what_is_connected_with(shop):
    target = Project(shop).loaded.target
    assert SECRET in target.online.url
    assert dict(target.kafka.properties) == {"sasl.jaas.config": f"password='{SECRET}'"}


def test_the_manifest_says_where_a_topic_is_read(shop):
    Project(shop).compile()
    manifest = json.loads((shop / "target" / "manifest.json").read_text("utf-8"))
    assert SECRET not in json.dumps(manifest)
    (source,) = manifest["sources"].values() if isinstance(manifest["sources"], dict) else manifest["sources"]
    assert source["stream"] == {"connector": "kafka", "format": "json", "path": "orders"}
