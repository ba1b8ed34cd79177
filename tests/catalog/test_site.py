from __future__ import annotations

import hashlib
import json
import os
import posixpath
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from sqlfeat.catalog.collect import collect
from sqlfeat.catalog.links import feature_anchor
from sqlfeat.project.load import load_project
from tests.catalog.conftest import ATTRIBUTE, ROOT, SCRIPT, write_hostile
from tests.catalog.pages import read_page

FACETS = {"entity", "kind", "tag", "owner", "q"}


def test_every_page_is_well_formed(pages):
    assert {name: page.problems for name, page in pages.items() if page.problems} == {}


def test_ids_are_unique_and_labels_name_them(pages):
    for name, page in pages.items():
        ids = page.attributes("id")
        assert len(ids) == len(set(ids)), name
        named = [*page.attributes("for"), *page.attributes("aria-labelledby"), *page.attributes("aria-describedby")]
        assert set(named) <= set(ids), name


def test_every_link_leads_somewhere(site, pages):
    for name, page in pages.items():
        for link in [*page.attributes("href"), *page.attributes("src"), *page.attributes("action")]:
            parts = urlsplit(link)
            if parts.netloc == "example.com":  # a link that somebody wrote into a description
                continue
            assert not parts.scheme, f"{name}: {link}"
            assert not parts.netloc, f"{name}: {link}"
            target = (
                posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path))) if parts.path else name
            )
            assert target in site, f"{name}: {link}"
            if "=" in parts.fragment:
                assert set(parse_qs(parts.fragment)) <= FACETS, f"{name}: {link}"
            elif parts.fragment:
                assert unquote(parts.fragment) in pages[target].attributes("id"), f"{name}: {link}"


def test_nothing_is_loaded_from_elsewhere(site):
    for name, text in site.items():
        page = read_page(text) if name.endswith(".html") else None
        for tag, attributes in page.tags if page else []:
            loads = [attributes.get("src", ""), attributes.get("href", "") if tag == "link" else ""]
            assert not any("//" in address for address in loads), name
    assert not re.search(r"@import|url\(|@font-face", site["assets/style.css"])
    assert not re.search(r"\bfetch\(|XMLHttpRequest|import\(|https?:", site["assets/site.js"])


def test_every_page_has_landmarks_and_one_title(pages):
    for name, page in pages.items():
        tags = [tag for tag, _ in page.tags]
        assert [tags.count(tag) for tag in ("main", "header", "footer", "h1")] == [1] * 4, name
        assert tags.count("title") == 1 + len(page.attributes("data-node")), name
        assert ("html", {"lang": "en"}) in page.tags
        for tag, attributes in page.tags:
            if tag in {"input", "select"}:
                assert "aria-label" in attributes or attributes.get("id") in page.attributes("for"), name


def test_headings_leave_out_no_level(pages):
    for name, page in pages.items():
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
        steps = pairwise(levels)
        assert all(after - before <= 1 for before, after in steps), (name, levels)


def test_the_example_is_all_there(example):
    catalog = collect(load_project(ROOT))
    front, lineage = read_page(example["index.html"]).text, read_page(example["lineage.html"]).text
    search = example["assets/search.js"]
    assert len(catalog.models) == 7
    assert len(catalog.sources) == 4
    for model in catalog.models:
        page = read_page(example[f"models/{model.name}.html"])
        assert model.name in front
        assert model.name in lineage
        assert model.description in page.text
        assert model.template in page.text
        for column in (*model.keys, *model.features):
            assert feature_anchor(column.name) in page.attributes("id")
            assert column.description.replace("`", "") in page.text
            assert (f'#{feature_anchor(column.name)}"' in search) == (column not in model.keys and not model.is_view)
        for script in model.scripts:
            assert script.sql in page.text
    for source in catalog.sources:
        assert source.name in example["sources.html"]
        page = read_page(example[f"sources/{source.name}.html"]).text
        assert all(column.name in page and column.type in page for column in source.columns)
    for entity in catalog.entities:
        page = example[f"entities/{entity.name}.html"]
        assert entity.name in example["entities.html"]
        assert all(name in page for name in entity.models)


def test_a_model_page_says_where_its_features_come_from(example):
    page = read_page(example["models/aircraft_history.html"])
    assert "sqlfeat get aircraft_history --key tailnum='<STRING>' --json" in page.text
    assert 'project.get("aircraft_history", {"tailnum": "<STRING>"})' in page.text
    assert "read_parquet('data/offline/aircraft_history/day=*/part.parquet')" in page.text
    assert {"../sources/nyc.departures.html", "../sources/nyc.planes.html"} <= set(page.attributes("href"))
    assert "PARTITION BY d.tailnum ORDER BY d.dep_ts ROWS BETWEEN 4 PRECEDING AND CURRENT ROW" in page.text


def test_no_text_of_a_project_becomes_html(hostile):
    for name, text in hostile.items():
        if not name.endswith(".html"):
            continue
        page = read_page(text)
        scripts = [attributes for tag, attributes in page.tags if tag == "script"]
        assert all(set(attributes) <= {"src", "defer"} for attributes in scripts), name
        assert all(attributes["src"].split("/")[-1] in {"site.js", "search.js"} for attributes in scripts), name
        tags = {tag for tag, _ in page.tags}
        assert not tags & {"img", "iframe", "object", "embed", "b", "style"}, name
        assert not [a for _, attributes in page.tags for a in attributes if a.startswith("on")], name
        assert not [link for link in page.attributes("href") if link.startswith("javascript:")], name


def test_hostile_texts_are_shown_as_they_are(hostile):
    model = read_page(hostile["models/hostile.html"])
    assert f"{SCRIPT} and </td></table>" in model.text
    assert "<b>&'%20#" in model.text
    assert ATTRIBUTE in model.text
    assert SCRIPT in read_page(hostile["entities/victim.html"]).text
    source = read_page(hostile["sources/hostile.events.html"]).text
    assert f"A heading {SCRIPT}" in source
    assert f"SELECT '{SCRIPT}' -- {SCRIPT}" in source
    assert f"data/{SCRIPT}{ATTRIBUTE}.jsonl" in source
    assert json.dumps([ATTRIBUTE]) in source
    assert "<script>" in json.loads(hostile["assets/search.js"].split(" = ", 1)[1][:-2])["models"][0]["text"]


PRINT_SITE = """
import hashlib, sys
from pathlib import Path
from tests.catalog.conftest import site_of
for name, text in site_of(Path(sys.argv[1])).items():
    print(name, hashlib.sha256(text.encode()).hexdigest())
"""


@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_process_writes_the_same_bytes(tmp_path, hostile, seed):
    """Sets and dictionaries are ordered differently there, and the project is in another folder."""
    root = write_hostile(tmp_path / seed)
    environ = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PRINT_SITE, str(root)]
    printed = subprocess.run(command, env=environ, capture_output=True, check=True, text=True).stdout
    assert printed.splitlines() == [f"{n} {hashlib.sha256(t.encode()).hexdigest()}" for n, t in hostile.items()]


def test_pages_do_not_tell_where_they_were_made(site):
    assert not [name for name, text in site.items() if str(ROOT) in text or str(Path.home()) + "/" in text]
