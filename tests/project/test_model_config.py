"""What a model may be told about itself."""

from __future__ import annotations

import pytest

from sqlfeat.project.model_config import config_problems, merge_config, model_config


def test_a_model_forgets_after_a_duration():
    assert model_config({"state_ttl": "90 days"}).state_ttl_ms == 90 * 86_400_000
    assert model_config({}).state_ttl_ms is None


def test_the_model_is_stronger_than_its_folder():
    assert model_config(merge_config({"state_ttl": "1 hour"}, {"state_ttl": "2 hours"})).state_ttl_ms == 7_200_000


@pytest.mark.parametrize("value", ["90", "soon", "0 days", 90, None])
def test_what_is_no_duration_is_named(value):
    (problem,) = config_problems({"state_ttl": value})
    assert problem.code == "SF0106"
    assert problem.message == f"`state_ttl` must be a duration, for example `90 days`, found `{value}`"
