"""The site in a real browser, opened from the disk."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from sqlfeat.catalog.write import write_site
from tests.catalog.pages import read_page

pytestmark = pytest.mark.engine

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--enable-logging=stderr", "--dump-dom",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    """Where the browser is."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        assert "CI" not in os.environ, "continuous integration brings a Chromium"
        pytest.skip("no Chromium here: apt-get install chromium")
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory, example):
    path = tmp_path_factory.mktemp("site")
    write_site(path / "example", example)
    return path / "example"


@pytest.fixture
def look(browser, tmp_path):
    """Opens an address and gives the page as it is after its scripts have run without a complaint."""

    def open_page(path, fragment=""):
        command = [browser, *OPTIONS, f"--user-data-dir={tmp_path / 'profile'}", f"{path.as_uri()}{fragment}"]
        ended = subprocess.run(command, capture_output=True, check=True, text=True, timeout=120)
        assert "CONSOLE" not in ended.stderr, ended.stderr
        return read_page(ended.stdout)

    return open_page


def shown(page):
    """The addresses of the features found."""
    return [link for link in page.attributes("href") if "#column-" in link]


def views(page):
    """The feature views that are not hidden."""
    return [a["data-view"] for _, a in page.tags if "data-view" in a and "hidden" not in a]


def test_without_a_search_everything_is_there(look, folder):
    page = look(folder / "index.html")
    assert len(views(page)) == 6
    assert "29 features in 6 feature views" in page.text
    assert len(shown(page)) == 25
    assert "Show all 29" in page.text


def test_the_address_holds_a_search(look, folder):
    page = look(folder / "index.html", "#q=gusts")
    assert shown(page) == ["models/departure_weather.html#column-wind_gust"]
    assert views(page) == ["departure_weather"]
    assert "1 feature in 1 feature view" in page.text
    assert [tag for tag, _ in page.tags].count("mark") >= 1


def test_facets_narrow_the_search(look, folder):
    page = look(folder / "index.html", "#q=average+delay&entity=airport&tag=load")
    assert shown(page) == ["models/airport_rolling.html#column-avg_dep_delay"]
    assert len(views(look(folder / "index.html", "#kind=window&owner=flight-ops"))) == 2


def test_names_come_before_descriptions_and_definitions(look, folder):
    page = look(folder / "index.html", "#q=departures&entity=airport")
    assert [link.split("#column-")[1] for link in shown(page)][:3] == ["departures", "departures", "delayed"]


def test_a_form_of_another_page_searches_too(look, folder):
    assert views(look(folder / "index.html", "?q=last_destinations")) == ["aircraft_history"]


def test_a_search_may_find_nothing(look, folder):
    page = look(folder / "index.html", "#q=zebra")
    assert (shown(page), views(page)) == ([], [])
    assert "No feature fits." in page.text


def test_scripts_become_tabs(look, folder):
    page = look(folder / "models" / "carrier_delays.html")
    tabs = {a["id"]: a["aria-selected"] for _, a in page.tags if a.get("role") == "tab"}
    assert (tabs["sql-duckdb-tab"], tabs["sql-flink-tab"]) == ("true", "false")
    panels = {a["id"]: "hidden" in a for _, a in page.tags if a.get("role") == "tabpanel"}
    assert (panels["sql-duckdb"], panels["sql-flink"]) == (False, True)
    assert page.text.count("Copy") == 7


def test_links_to_a_search_find_whatever_a_tag_is_named(look, tmp_path, hostile):
    write_site(tmp_path / "hostile", hostile)
    links = read_page(hostile["models/hostile.html"]).attributes("href")
    searches = [link.partition("index.html")[2] for link in links if "index.html#" in link]
    assert len(searches) == 3
    for search in searches:
        assert views(look(tmp_path / "hostile" / "index.html", search)) == ["hostile"]


def test_hostile_texts_do_not_run(look, tmp_path, hostile):
    write_site(tmp_path / "hostile", hostile)
    for name in ("index.html", "models/hostile.html", "sources/hostile.events.html", "lineage.html"):
        page = look(tmp_path / "hostile" / name, "#q=script" if name == "index.html" else "")
        assert "owned" not in page.title
        assert not [a for _, attributes in page.tags for a in attributes if a.startswith("on")]
        scripts = [tag for tag, _ in page.tags].count("script")
        assert scripts == (2 if name == "index.html" else 1)
