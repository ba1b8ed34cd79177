"""Renders the catalog: file names and their contents. Nothing is written, nothing depends on when or where."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from sqlfeat import __version__
from sqlfeat.catalog.highlight import highlight
from sqlfeat.catalog.links import Links, feature_anchor
from sqlfeat.catalog.markdown import render_inline, render_markdown, render_prose
from sqlfeat.catalog.pages import pages
from sqlfeat.catalog.search import search_script

if TYPE_CHECKING:
    from sqlfeat.catalog.model import Catalog

_ASSETS = ("style.css", "site.js", "icon.svg")


def render_site(catalog: Catalog) -> dict[str, str]:
    """The texts of all files by their path below the folder of the site."""
    environment = _environment()
    site = {f"assets/{name}": (files("sqlfeat.catalog") / "site" / name).read_text("utf-8") for name in _ASSETS}
    site["assets/search.js"] = search_script(catalog)
    for page in pages(catalog):
        template = environment.get_template(f"{page.template}.html.jinja")
        shared = {"catalog": catalog, "link": Links(page.root), "section": page.section, "version": __version__}
        site[page.path] = template.render({**shared, **page.context})
    return site


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("sqlfeat.catalog", "site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "markdown": render_markdown,
        "inline": render_inline,
        "prose": render_prose,
        "highlight": highlight,
        "anchor": feature_anchor,
    }
    return environment
