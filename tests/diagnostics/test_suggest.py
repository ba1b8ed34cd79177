from __future__ import annotations

from sqlfeat.diagnostics.suggest import closest, did_you_mean


def test_the_closest_name_is_suggested():
    assert did_you_mean("amuont", ["user_id", "amount", "ts"]) == "did you mean `amount`?"


def test_case_does_not_matter_and_the_spelling_of_the_candidate_is_kept():
    assert did_you_mean("DEP_DELAY", ["Dep_Delay"]) == "did you mean `Dep_Delay`?"


def test_a_far_name_is_not_guessed():
    assert did_you_mean("zzz", ["amount"]) == ""


def test_nothing_to_choose_from():
    assert did_you_mean("amount", []) == ""


def test_several_are_given_best_first():
    assert closest("count", ["counts", "county", "amount"]) == ("county", "counts", "amount")
    assert closest("count", ["counts", "county", "amount"], limit=1) == ("county",)
