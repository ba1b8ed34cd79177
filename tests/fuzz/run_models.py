"""Random feature views over random streams, three opinions: `make fuzz MINUTES=5 SEED=7`.

python -m tests.fuzz.run_models --minutes 5 --seed 7          oracle, DuckDB and Flink
python -m tests.fuzz.run_models --minutes 5 --no-flink        oracle and DuckDB
"""

from __future__ import annotations

import argparse
import random
import secrets
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fuzz.judge import FAILED, failing_alone, judged, shrunk
from tests.fuzz.models import model
from tests.fuzz.opinions import Batch
from tests.fuzz.streams import Stream, stream
from tests.oracle.values import NotInterpreted

if TYPE_CHECKING:
    from collections.abc import Sequence


def batch_of(folder: Path, seed: str, models: int, streams: int) -> Batch:
    """Random models and streams; every other batch has events that come twice.

    Args:
        folder: for the project.
        seed: `seed/number`; decides everything.
        models: how many models are tried; a few do not compile.
        streams: how many streams all of them read.
    """
    rnd = random.Random(seed)
    twice = rnd.random() < 0.5
    sql = {f"m{number}": model(rnd, duplicates=twice).sql for number in range(models)}
    return Batch(folder, sql, [stream(rnd, number, duplicates=twice) for number in range(streams)])


def fails_with(*, flink: bool):
    def fails(sql: str, streams: Sequence[Stream]) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            batch = Batch(Path(folder), {"model": sql}, streams)
            try:
                return bool(batch.models) and bool(judged(batch, flink=flink).problems)
            except NotInterpreted:
                return False

    return fails


def report(batch: Batch, options: argparse.Namespace) -> Counter[str]:
    """Judge a batch, and print what is wrong with it as tests."""
    parallelism = random.Random(str(batch.root)).choice((1, 2)) if options.parallelism == 0 else options.parallelism
    verdict = judged(batch, flink=options.flink, parallelism=parallelism)
    reasons = [lines for what, _, lines in verdict.problems if what == FAILED]
    if reasons and (failing := failing_alone(batch, batch.root / "halves")):
        for name in failing:
            del batch.models[name]
        verdict = judged(batch, flink=True, parallelism=parallelism)
        verdict.problems += [(FAILED, name, reasons[0]) for name in failing]
    for what, name, lines in verdict.problems:
        print(f"=== {what}, {name}: " + "\n".join(line[:600] for line in lines[:4]), flush=True)
        if name:
            print(shrunk(batch.sql[name], batch.streams, fails_with(flink=what != "DuckDB"), options.tries), flush=True)
    return Counter(
        pairs=verdict.pairs, values=verdict.values, differences=len(verdict.problems), models=len(batch.models)
    )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", default="", help="decides everything; random if left out")
    parser.add_argument("--first", type=int, default=0, help="number of the first batch")
    parser.add_argument("--models", type=int, default=12, help="in one batch, which is one Flink job")
    parser.add_argument("--streams", type=int, default=150, help="that every model of a batch reads")
    parser.add_argument("--parallelism", type=int, default=0, help="of the Flink job; 1 or 2 if left out")
    parser.add_argument("--no-flink", dest="flink", action="store_false", help="oracle and DuckDB only")
    parser.add_argument("--tries", type=int, default=40, help="at most, to make a disagreement smaller")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    seed = options.seed or str(secrets.randbelow(10**6))
    started, total, refused = time.perf_counter(), Counter(), Counter()
    number = options.first
    print(f"seed {seed}", flush=True)
    while time.perf_counter() - started < options.minutes * 60:
        with tempfile.TemporaryDirectory() as folder:
            batch = batch_of(Path(folder), f"{seed}/{number}", options.models, options.streams)
            refused.update(batch.refused.values())
            total += report(batch, options)
        number += 1
        seconds = time.perf_counter() - started
        print(
            f"batch {number - 1}, {seconds:.0f} s: {total['models']} models, {total['pairs']} pairs, "
            f"{total['values']} values, {total['differences']} differences",
            flush=True,
        )
    for reason, count in refused.most_common(5):
        print(f"not compiled, {count}: {reason}")
    return 1 if total["differences"] else 0


if __name__ == "__main__":
    sys.exit(main())
