"""What the search of the front page looks through: every feature, as data for the script of the page."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from sqlfeat.catalog.links import Links
from sqlfeat.catalog.markdown import render_inline

if TYPE_CHECKING:
    from sqlfeat.catalog.model import Catalog, ModelDoc


def search_script(catalog: Catalog) -> str:
    """A script, since a page that was opened from the disk may load one but not fetch a file."""
    index = {
        "models": [_model(model) for model in catalog.views],
        "features": [
            [position, column.name, column.type, _plain(column.description), " ".join(column.definition.split()),
             Links().column(model.name, column.name)]
            for position, model in enumerate(catalog.views)
            for column in model.features
        ],
    }  # fmt: skip
    return f"window.sqlfeatCatalog = {json.dumps(index, separators=(',', ':'))};\n"


def _model(model: ModelDoc) -> dict[str, object]:
    return {
        "name": model.name,
        "url": Links().model(model.name),
        "entity": model.entity,
        "kind": model.kind,
        "owner": model.owner,
        "tags": model.tags,
        "text": _plain(model.description),
    }


def _plain(text: str) -> str:
    return render_inline(text).striptags()


def facets(catalog: Catalog) -> dict[str, list[tuple[str, int]]]:
    """The values of each facet, with the number of features that have them."""
    counts: dict[str, Counter[str]] = {facet: Counter() for facet in ("entity", "kind", "tag", "owner")}
    for model in catalog.views:
        has = {"entity": [model.entity or ""], "kind": [model.kind], "tag": model.tags, "owner": [model.owner]}
        for facet, values in has.items():
            for value in filter(None, values):
                counts[facet][value] += len(model.features)
    return {facet: sorted(found.items()) for facet, found in counts.items()}
