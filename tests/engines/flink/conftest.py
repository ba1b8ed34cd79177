from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sqlfeat.project.config import OnlineTarget

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def flink_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of the one Java of this test session."""
    return tmp_path_factory.mktemp("flink") / "flink.log"


@pytest.fixture(params=["sqlite", "redis"])
def online_target(request: pytest.FixtureRequest) -> Iterator[OnlineTarget]:
    if request.param == "redis":
        yield OnlineTarget("redis", url=request.getfixturevalue("redis_url"))
    else:
        yield OnlineTarget("sqlite", path="online.db")
