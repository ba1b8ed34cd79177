"""What a real Flink says to bugs that only the text of the fixtures has caught: other rows, a refusal, or nothing.

python -m tests.planted.on_flink --sample 20 --seed 7 lower/flink

For each bug the fixtures are compiled, and some of the models whose SQL is another one run as one job.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tests.planted.bugs import Bug
from tests.planted.judge import forked, import_with
from tests.planted.run import KEPT, Kept, equivalents, planted

if TYPE_CHECKING:
    from collections.abc import Sequence

MODELS = 25
"""Models of one job at most, of as many topics as there are."""
SECONDS = 240


def said(bug: Bug) -> str:
    """What Flink says, in a process of its own."""
    return forked(lambda folder: _run(bug, Path(folder)), SECONDS, resource.RLIM_INFINITY)


def _run(bug: Bug, folder: Path) -> str:
    import_with(bug)
    from sqlfeat.diagnostics.model import SqlfeatError
    from sqlfeat.engines.flink.job import run_job
    from sqlfeat.lower.program import LowerOptions
    from tests.lower.fixtures import FOLDER, TOPICS, compile_fixture, expected_rows, load_fixture
    from tests.lower.test_fixtures import streamed

    changed: list[tuple[int, str]] = []
    models, expected = {}, {}
    for topic in TOPICS:
        fixture, root = load_fixture(topic), folder / topic
        text = (FOLDER / f"{topic}.flink.sql").read_text(encoding="utf-8")
        options = LowerOptions(output_dir=str(folder / "out"), log_dir=str(folder / "logs"), project_dir=str(root))
        try:
            compiled = compile_fixture(fixture, fixture.write(root), options)
        except Exception:  # noqa: BLE001 - whatever goes wrong shows the bug
            return f"does not compile: {topic}"
        other = [m for m in compiled if f"-- {m.name}\n{m.flink.definitions[-1].sql}\n" not in text]
        for number, model in enumerate(other):
            changed.append((number, model.name))
            models[model.name], expected[model.name] = model, expected_rows(fixture, model)
    names = [name for _, name in sorted(changed)[:MODELS]]
    if not names:
        return "same text"
    try:
        run_job([models[name] for name in names], name="planted", log_file=folder / "flink.log", parallelism=2)
    except SqlfeatError:
        return f"refused: one of {len(names)} models"
    differ = [name for name in names if streamed(models[name], folder / "out" / name) != expected[name]]
    return f"rows: {differ[0]}, {len(differ)} of {len(names)} models" if differ else f"same rows: {', '.join(names)}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", nargs="*")
    parser.add_argument("--sample", type=int, default=20)
    parser.add_argument("--skip", type=int, default=0, help="so many at the start")
    parser.add_argument("--seed", default="1")
    options = parser.parse_args(arguments)
    kept, known = Kept(KEPT), equivalents()
    bugs = [bug for bug in planted(options.places) if bug.name not in known]
    bugs = [bug for bug in bugs if (verdict := kept.get(bug)) and verdict.said == "text only"]
    random.Random(options.seed).shuffle(bugs)
    count: Counter[str] = Counter()
    for bug in bugs[options.skip : options.skip + options.sample]:
        answer = said(bug)
        count[answer.split(":")[0]] += 1
        print(f"[{answer}] {bug.name}", flush=True)
    print(f"of {len(bugs)} caught by the text: {dict(count)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
