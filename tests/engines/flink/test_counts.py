from __future__ import annotations

from sqlfeat.engines.flink.counts import Counts, count_lines, read_counts, write_counts


def test_batches_of_several_workers_add_up(tmp_path):
    first, second = Counts(10, 4, 3, 2, 1), Counts(5, 5, 0, 0, 0)
    for name, batches in {"m.1.a": [first, second], "m.2.b": [second], "m2.1.c": [first]}.items():
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            for counts in batches:
                write_counts(file, counts)
    assert read_counts(tmp_path, "m") == Counts(20, 14, 3, 2, 1)
    assert read_counts(tmp_path, "other") == Counts()


def test_lines_of_finished_files(tmp_path):
    (tmp_path / "part-0").write_text("a\nb\n", encoding="utf-8")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "part-1").write_text("c\n", encoding="utf-8")
    (tmp_path / ".part-2.inprogress").write_text("d\n", encoding="utf-8")
    assert count_lines(tmp_path) == 3
    assert count_lines(tmp_path / "nowhere") == 0
