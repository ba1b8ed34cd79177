"""A short fuzz with a fixed seed: 300 models, most on DuckDB, some of them as one Flink job over many streams.

Planning a model costs Flink about a second, an event nearly nothing; `make fuzz` goes on for as long as one likes.
"""

from __future__ import annotations

import pytest

from tests.fuzz.judge import judged
from tests.fuzz.run_models import batch_of

ON_DUCKDB, ON_FLINK = 276, 24


@pytest.mark.engine
def test_all_three_opinions_agree(tmp_path):
    batch = batch_of(tmp_path, "three opinions/0", models=ON_FLINK, streams=30)
    verdict = judged(batch, flink=True, parallelism=2)
    assert verdict.problems == []
    assert verdict.pairs == len(batch.models) * 30
    assert verdict.values > 30_000


@pytest.mark.engine
@pytest.mark.parametrize("part", range(6))
def test_the_oracle_and_duckdb_agree(part, tmp_path):
    batch = batch_of(tmp_path, f"two opinions/{part}", models=ON_DUCKDB // 6, streams=3)
    verdict = judged(batch, flink=False)
    assert verdict.problems == []
    assert verdict.pairs == len(batch.models) * 3
