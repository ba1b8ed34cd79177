"""`sqlfeat docs generate`: the catalog of the project as a static site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from sqlfeat.console.protocol import Console
    from sqlfeat.project.load import LoadedProject


@dataclass(frozen=True, slots=True)
class DocsResult:
    """What was written.

    Attributes:
        index: the page to open.
        pages: how many pages there are.
        views: feature views in the catalog.
        features: features in the catalog.
    """

    index: Path
    pages: int
    views: int
    features: int


def generate_docs(project: LoadedProject, output: Path, console: Console) -> DocsResult:
    """Write the catalog into a folder of its own; needs no engine and no connection.

    Args:
        project: the loaded project; all of it is documented.
        output: the folder; a catalog that is there is replaced, anything else is not touched.
        console: told how much was written.

    Raises:
        SqlfeatError: everything that is wrong with the models; SF0008, `output` holds something else; SF0004, it
            cannot be written. The catalog that was there before stays then.
    """
    from sqlfeat.catalog.collect import collect
    from sqlfeat.catalog.render import render_site
    from sqlfeat.catalog.write import write_site

    catalog = collect(project)
    site = render_site(catalog)
    write_site(output, site)
    pages = sum(name.endswith(".html") for name in site)
    console.note(f"{len(catalog.views)} feature views, {catalog.features} features, {pages} pages")
    return DocsResult(output / "index.html", pages, len(catalog.views), catalog.features)
