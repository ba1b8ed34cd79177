"""project.yml: what is read, and every complaint about it to the letter."""

from __future__ import annotations

from sqlfeat.connectors.artifact import Artifact
from sqlfeat.project.config import OnlineTarget, StreamTarget, Target
from sqlfeat.project.load import load_project
from tests.projects import VIEW, complaints, write_project

TARGETS = """\
name: shop
version: 1
targets:
  dev:
    default: true
    online: {type: sqlite, path: data/dev.db}
    offline: {path: "{{ env_var('OUT', 'data/out') }}"}
    stream: {parallelism: 4}
  prod:
    online: {type: redis, url: "redis://{{ env_var('SQLFEAT_SECRET_REDIS') }}"}
"""


def project(tmp_path, text, **models):
    return write_project(tmp_path, {"project.yml": text}, **models)


def test_the_least_project_has_a_target_that_needs_nothing_installed(tmp_path):
    loaded = load_project(write_project(tmp_path))
    assert loaded.target == Target("dev", OnlineTarget("sqlite", path="data/online.db"), "data/offline", 2)
    assert loaded.config.default_target == "dev"
    assert (loaded.config.model_paths, loaded.config.macro_paths) == (("models",), ("macros",))
    assert loaded.order == ()


def test_the_default_target_is_taken_and_only_its_templates_are_rendered(tmp_path):
    loaded = load_project(project(tmp_path, TARGETS), environ={})
    assert loaded.target == Target("dev", OnlineTarget("sqlite", path="data/dev.db"), "data/out", 4)
    assert loaded.config.targets["prod"].online.url == "redis://{{ env_var('SQLFEAT_SECRET_REDIS') }}"


def test_how_jobs_run_is_said_by_the_target(tmp_path):
    text = """\
name: shop
version: 1
targets:
  prod:
    stream:
      parallelism: 8
      checkpoint_interval: 30 seconds
      state: "{{ env_var('STATE', 'state') }}"
      cluster: flink:8081
      metrics_port: 9249
      flink: {state.backend.type: rocksdb, execution.checkpointing.unaligned.enabled: true}
"""
    options = (("state.backend.type", "rocksdb"), ("execution.checkpointing.unaligned.enabled", "true"))
    target = load_project(project(tmp_path, text), environ={}).target
    assert (target.parallelism, target.stream) == (8, StreamTarget(30_000, "state", "flink:8081", 9249, options))


def test_how_jobs_run_is_read_strictly(tmp_path):
    text = "name: a\nversion: 1\ntargets: {x: {stream: {checkpoint_interval: often, stat: x, metrics_port: -1}}}\n"
    assert complaints(project(tmp_path, text)) == [
        (
            "SF0108 | project.yml:3:45 <often> | `often` is not a duration: write a whole number and ms, seconds,"
            " minutes, hours, days or weeks, for example `5 minutes`"
        ),
        "SF0106 | project.yml:3:75 <-1> | `metrics_port` must be a whole number from 0, found a number (`-1`)",
        (
            "SF0101 | project.yml:3:52 <stat> | unknown key `stat` in `stream` | did you mean `state`?"
            " | keys of `stream`: parallelism, checkpoint_interval, state, cluster, metrics_port, flink"
        ),
    ]


def test_a_secret_is_rendered_below_targets(tmp_path):
    loaded = load_project(project(tmp_path, TARGETS), "prod", environ={"SQLFEAT_SECRET_REDIS": "h:1"})
    assert loaded.target.online == OnlineTarget("redis", url="redis://h:1")
    assert loaded.config.default_target == "dev"


def test_a_url_that_is_none_of_a_redis(tmp_path):
    """It is not shown: a password may be in it."""
    root = project(tmp_path, TARGETS.replace("redis://{{", "{{"))
    assert load_project(root, environ={}).target.name == "dev"
    assert complaints(root, target="prod", environ={"SQLFEAT_SECRET_REDIS": "127.0.0.1:6379"}) == [
        (
            "SF0108 | project.yml:10:27 <url> | the `url` of a Redis begins with `redis://` or `rediss://`"
            " | help: for example `redis://127.0.0.1:6379/0`, or `rediss://...` for TLS"
        )
    ]


def test_the_variables_of_the_chosen_target_must_be_set(tmp_path):
    assert complaints(project(tmp_path, TARGETS), target="prod", environ={}) == [
        (
            "SF0209 | project.yml:10:32 <\"redis://{{ env_var('SQLFEAT_SECRET_REDIS') }}\">"
            " | the environment variable `SQLFEAT_SECRET_REDIS` is not set"
            " | help: set it, or give a default: `env_var(name, default)`"
        )
    ]


def test_a_broken_template_below_a_target_is_a_diagnostic(tmp_path):
    text = """\
name: a
version: 1
targets:
  dev:
    offline: {path: '{{ 1 / 0 }}'}
    online: {type: sqlite, path: '{{ x'}
"""
    assert complaints(project(tmp_path, text)) == [
        (
            "SF0201 | project.yml:6:34 <'{{ x'> | the template in this value fails:"
            " unexpected end of template, expected 'end of print statement'"
        ),
        "SF0201 | project.yml:5:21 <'{{ 1 / 0 }}'> | the template in this value fails: division by zero",
    ]


def test_no_project_file(tmp_path):
    (tmp_path / "project.yaml").write_text("name: shop\n")
    assert complaints(tmp_path) == [
        (
            f"SF0001 | there is no project.yml in `{tmp_path}` | there is a project.yaml; sqlfeat reads project.yml"
            f" only"
            " | help: create project.yml with `name: my_project` and `version: 1`, or name the folder with"
            " --project-dir"
        )
    ]


def test_an_empty_project_file(tmp_path):
    assert complaints(project(tmp_path, "")) == [
        (
            "SF0107 | project.yml:1:1 <> | project.yml is empty"
            " | help: the least there can be is `name: my_project` and `version: 1`"
        )
    ]


def test_a_project_file_that_is_a_list(tmp_path):
    assert complaints(project(tmp_path, "- name\n")) == [
        (
            "SF0106 | project.yml:1:1 <- name> | project.yml must be a mapping"
            " | help: the least there can be is `name: my_project` and `version: 1`"
        )
    ]


def test_yaml_that_does_not_parse(tmp_path):
    assert complaints(project(tmp_path, "name: shop\nvars: {a: 1\n")) == [
        (
            "SF0104 | project.yml:3:1 <> | the YAML does not parse: expected ',' or '}', but got '<stream end>'"
            " | while parsing a flow mapping"
        )
    ]


def test_all_complaints_come_at_once(tmp_path):
    text = "naem: shop\nversion: 2\ntimezone: CET\npaths: {models: models, macro: [x]}\nvars: [a]\nversion: 1\n7: x\n"
    assert complaints(project(tmp_path, text)) == [
        "SF0105 | project.yml:6:1 <version> | key `version` is given twice | first given at project.yml:2:1",
        "SF0107 | project.yml:1:1 <naem> | project.yml needs `name`",
        "SF0108 | project.yml:2:10 <2> | the only version of this file's grammar is 1",
        "SF0108 | project.yml:3:11 <CET> | `timezone` cannot be `CET` | choices: UTC",
        "SF0106 | project.yml:4:17 <models> | `models` must be a list, found text (`models`)",
        (
            "SF0101 | project.yml:4:25 <macro> | unknown key `macro` in `paths` | did you mean `macros`?"
            " | keys of `paths`: models, macros"
        ),
        "SF0106 | project.yml:5:7 <[a]> | `vars` must be a mapping, found a list",
        (
            "SF0101 | project.yml:1:1 <naem> | unknown key `naem` in project.yml | did you mean `name`?"
            " | keys of project.yml: name, version, requires, timezone, paths, vars, defaults, targets, deps,"
            " late, meta"
        ),
        (
            "SF0101 | project.yml:7:1 <7> | unknown key `7` in project.yml"
            " | keys of project.yml: name, version, requires, timezone, paths, vars, defaults, targets, deps,"
            " late, meta"
        ),
    ]


def test_names_and_texts_that_yaml_reads_as_something_else(tmp_path):
    assert complaints(project(tmp_path, "name: Yes\nversion: '1'\ntimezone: 7\n")) == [
        (
            "SF0106 | project.yml:1:7 <Yes> | `name` must be text, found a boolean (`Yes`)"
            " | help: put it in quotes to make it text"
        ),
        "SF0106 | project.yml:2:10 <'1'> | `version` must be a whole number from 1, found text (`1`)",
        (
            "SF0106 | project.yml:3:11 <7> | `timezone` must be text, found a number (`7`)"
            " | help: put it in quotes to make it text"
        ),
    ]


def test_a_name_is_lower_case(tmp_path):
    assert complaints(project(tmp_path, "name: My-Shop\nversion: 1\n")) == [
        (
            "SF0108 | project.yml:1:7 <My-Shop> | `My-Shop` cannot be a name | help: a name begins with a lower-case"
            " letter and goes on with lower-case letters, digits and underscores"
        )
    ]


def test_requires_another_version(tmp_path):
    [line] = complaints(project(tmp_path, 'name: shop\nversion: 1\nrequires: ">=900"\n'))
    assert line.startswith('SF0114 | project.yml:3:11 <">=900"> | this project requires sqlfeat >=900, but this is ')
    assert line.endswith(" | help: pip install 'sqlfeat>=900'")


def test_requires_that_cannot_be_read(tmp_path):
    assert complaints(project(tmp_path, "name: shop\nversion: 1\nrequires: newest\n")) == [
        "SF0108 | project.yml:3:11 <newest> | `newest` is not a comparison of versions: write for example `>=0.4,<0.6`"
    ]


def test_folders_must_be_there_and_below_the_project(tmp_path):
    text = "name: a\nversion: 1\npaths: {models: [modles, ../x], macros: [/etc]}\ndefaults: {models/x: {owner: me}}\n"
    assert complaints(project(tmp_path, text)) == [
        "SF0115 | project.yml:3:18 <modles> | the folder `modles` does not exist",
        "SF0108 | project.yml:3:26 <../x> | `../x` is not a folder below the project",
        "SF0108 | project.yml:3:42 </etc> | `/etc` is not a folder below the project",
        "SF0115 | project.yml:4:12 <models/x> | the folder `models/x` does not exist",
    ]


def test_no_folder_of_models(tmp_path):
    (tmp_path / "project.yml").write_text("name: shop\nversion: 1\n")
    assert complaints(tmp_path) == [
        (
            "SF0115 | project.yml:1:7 <shop> | the folder `models` does not exist"
            " | help: create the folder, or say where the models are: `paths: {models: [...]}`"
        )
    ]


def test_variables_of_the_command_line_override_declared_ones_only(tmp_path):
    root = project(tmp_path, "name: a\nversion: 1\nvars: {threshold: 15}\n", a=VIEW + "SELECT {{ var('threshold') }}")
    assert load_project(root).models["a"].sql == "\nSELECT 15"
    assert load_project(root, variables={"threshold": 30}).models["a"].sql == "\nSELECT 30"
    assert complaints(root, variables={"treshold": 30}) == [
        (
            "SF0117 | --vars sets `treshold`, which project.yml does not declare | did you mean `threshold`?"
            " | variables: threshold | help: declare it with its default under `vars:` in project.yml"
        )
    ]


def test_no_such_target(tmp_path):
    assert complaints(project(tmp_path, TARGETS), target="pord") == [
        (
            "SF0113 | there is no target `pord` | did you mean `prod`? | targets: dev, prod"
            " | help: name one of them with --target, or declare it under `targets:` in project.yml"
        )
    ]


def test_no_default_target(tmp_path):
    root = project(tmp_path, "name: a\nversion: 1\ntargets: {x: , y: {}}\n")
    assert complaints(root) == [
        (
            "SF0113 | project.yml:3:1 <targets> | none of several targets is the default | targets: x, y"
            " | help: mark one with `default: true`, or name one with --target"
        )
    ]
    assert load_project(root, "y").target.name == "y"


def test_two_default_targets_and_wrong_stores(tmp_path):
    text = """\
name: a
version: 1
targets:
  x: {default: true, online: {type: sqlite, url: u}, offline: {type: csv, path: p}}
  y: {default: true, online: {type: reddis}, stream: {parallelism: 0}, spark: {}}
"""
    assert complaints(project(tmp_path, text)) == [
        (
            "SF0113 | project.yml:5:7 <default> | targets `x` and `y` are both the default"
            " | help: keep `default: true` on one"
        ),
        "SF0107 | project.yml:4:31 <type> | `online` needs `path`",
        (
            "SF0101 | project.yml:4:45 <url> | unknown key `url` in `online` | keys of `online`: type, path, ttl, log"
            " | help: SQLite has a `path`"
        ),
        "SF0108 | project.yml:4:70 <csv> | `type` cannot be `csv` | choices: parquet",
        (
            "SF0108 | project.yml:5:37 <reddis> | `type` cannot be `reddis` | did you mean `redis`?"
            " | choices: sqlite, redis"
        ),
        "SF0106 | project.yml:5:68 <0> | `parallelism` must be a whole number from 1, found a number (`0`)",
        (
            "SF0101 | project.yml:5:72 <spark> | unknown key `spark` in a target"
            " | keys of a target: default, late, kafka, online, offline, stream"
        ),
    ]


def test_further_jars_are_pinned(tmp_path):
    text = f"""\
name: shop
version: 1
deps:
  - {{artifact: "org.example:connector:1.0", sha256: "{"0" * 64}"}}
"""
    loaded = load_project(project(tmp_path, text))
    assert loaded.config.deps == (Artifact("org.example", "connector", "1.0", "0" * 64),)


def test_further_jars_are_read_strictly(tmp_path):
    text = """\
name: shop
version: 1
deps:
  - {artifact: connector-1.0.jar, sha256: "00"}
  - {artifact: "a:b:c", sha256: "00"}
  - {artifact: "a:b:c", sha: "00"}
"""
    assert complaints(project(tmp_path, text)) == [
        (
            "SF0108 | project.yml:4:16 <connector-1.0.jar> | `connector-1.0.jar` is no artefact: "
            "write `group:name:version`"
        ),
        'SF0108 | project.yml:5:16 <"a:b:c"> | `00` is no SHA-256: 64 hexadecimal digits in lower case',
        "SF0107 | project.yml:6:6 <artifact> | a jar needs `sha256`",
        (
            "SF0101 | project.yml:6:25 <sha> | unknown key `sha` in a jar | did you mean `sha256`? | "
            "keys of a jar: artifact, sha256"
        ),
    ]
