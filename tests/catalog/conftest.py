from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sqlfeat.catalog.collect import collect
from sqlfeat.catalog.render import render_site
from sqlfeat.project.load import load_project
from tests.catalog.pages import read_page
from tests.shop import write_shop

ROOT = Path(__file__).parents[2]

SCRIPT = "<script>document.title = 'owned'</script>"
ATTRIBUTE = "\" onmouseover=\"document.title = 'owned'"

DESCRIPTION = f"""\
# A heading {SCRIPT}

![picture](http://example.com/pixel.png) [link](javascript:alert(1)) `{SCRIPT}`

```sql
SELECT '{SCRIPT}' -- {SCRIPT}
```
"""

PROPERTIES = {
    "version": 1,
    "entities": [
        {
            "name": "victim",
            "keys": [{"name": "user_id", "type": "BIGINT", "description": SCRIPT}],
            "description": SCRIPT,
        }
    ],
    "sources": [
        {
            "name": "hostile",
            "streams": [
                {
                    "name": "events",
                    "description": DESCRIPTION,
                    "columns": [
                        {
                            "name": "user_id",
                            "type": "BIGINT",
                            "nullable": False,
                            "description": SCRIPT,
                            "tests": [{"range": {"min": 0, "name": SCRIPT}}],
                        },
                        {"name": "ts", "type": "TIMESTAMP(3)", "nullable": False, "description": ATTRIBUTE},
                    ],
                    "event_time": "ts",
                    "lateness": "90 seconds",
                    "history": {"format": "json", "path": f"data/{SCRIPT}{ATTRIBUTE}.jsonl"},
                    "meta": {SCRIPT: [ATTRIBUTE]},
                }
            ],
        }
    ],
    "models": [
        {
            "name": "hostile",
            "description": f"{SCRIPT} and </td></table>",
            "config": {"owner": SCRIPT, "tags": [ATTRIBUTE, "a&b=c#d"], "meta": {"note": SCRIPT}},
            "columns": [{"name": "n", "description": f"{SCRIPT} `{SCRIPT}`"}],
        }
    ],
    "unit_tests": [{"name": "hostile", "model": "hostile", "description": SCRIPT, "expect": []}],
}

MODEL = f"""\
{{{{ config(materialized='event', entity='victim') }}}}
-- {SCRIPT}
SELECT
  user_id,
  ts AS feature_time,
  COUNT(*) OVER w AS n,
  COUNT(*) /* {SCRIPT} */ OVER w AS "<b>&'%20#"
FROM {{{{ source('hostile', 'events') }}}}
WINDOW w AS (PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW)
"""


def site_of(root):
    return render_site(collect(load_project(root)))


def write_hostile(root):
    write_shop(root)
    (root / "models" / "hostile.yml").write_text(yaml.safe_dump(PROPERTIES), encoding="utf-8")
    (root / "models" / "hostile.sql").write_text(MODEL, encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def example():
    """The site of the project at the root of the repository."""
    return site_of(ROOT)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    """The site of a project whose every text would like to be HTML."""
    return site_of(write_hostile(tmp_path_factory.mktemp("hostile")))


@pytest.fixture(scope="session", params=["example", "hostile", "empty"])
def site(request, tmp_path_factory):
    if request.param == "empty":
        root = tmp_path_factory.mktemp("empty")
        (root / "project.yml").write_text("name: nothing\nversion: 1\n", encoding="utf-8")
        (root / "models").mkdir()
        return site_of(root)
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def pages(site):
    return {name: read_page(text) for name, text in site.items() if name.endswith(".html")}
