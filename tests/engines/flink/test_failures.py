from __future__ import annotations

from sqlfeat.diagnostics.model import Diagnostic
from sqlfeat.engines.flink.failures import failed, java_message, own_error, refused

VALIDATION = """\
An error occurred while calling o12.executeSql.
: org.apache.flink.table.api.ValidationException: SQL validation failed. From line 1, column 8 to line 1, column 10
\tat org.apache.flink.table.planner.FlinkPlannerImpl.validate(FlinkPlannerImpl.scala:200)
\tSuppressed: java.io.IOException: closing failed
\t\tat a.B.c(B.java:1)
Caused by: org.apache.calcite.runtime.CalciteContextException: From line 1, column 8: Column 'abc' \
not found
\tat a.B.c(B.java:1)
\t... 4 more
Caused by: org.apache.calcite.sql.validate.SqlValidatorException: Column 'abc' not found
\t... 4 more
"""
WORKER = """\
java.util.concurrent.ExecutionException: job failed
\tat a.B.c(B.java:1)
Caused by: java.lang.RuntimeException: harness: Traceback (most recent call last):
  File "/x/sdk_worker.py", line 300, in _execute
    response = task()
  File "/x/redis.py", line 1, in put
    raise unreachable(where)
sqlfeat.diagnostics.model.SqlfeatError: SF0902: the online store `redis://:***@h:1/0` cannot be reached: refused

\tat org.apache.beam.runners.FnApiControlClient.handle(FnApiControlClient.java:180)
\t... 1 more
"""
EMPTY_CAUSE = """\
java.lang.RuntimeException: it failed
\tat a.B.c(B.java:1)
Caused by: java.lang.NullPointerException
\t... 2 more"""


def test_the_deepest_cause_speaks():
    assert java_message(VALIDATION) == "Column 'abc' not found"


def test_a_cause_without_words_does_not():
    assert java_message(EMPTY_CAUSE) == "it failed"


def test_a_cause_of_one_word_says_what_it_is():
    text = f"{EMPTY_CAUSE}\nCaused by: java.lang.ClassNotFoundException: rocksdbb\n\t... 2 more"
    assert java_message(text) == "ClassNotFoundException: rocksdbb"


def test_a_python_error_inside_flink_is_its_last_line():
    assert java_message(WORKER.replace("SqlfeatError: SF0902: ", "Oops: ")).startswith(
        "sqlfeat.diagnostics.model.Oops: the online store"
    )


def test_text_without_a_stack_trace():
    assert java_message("no such\n  thing") == "no such thing"


def test_a_store_error_inside_flink_is_told_as_it_is():
    expected = Diagnostic("SF0902", "the online store `redis://:***@h:1/0` cannot be reached: refused")
    assert own_error(WORKER) == expected
    assert failed(RuntimeError(WORKER), "m", "flink.log").diagnostics == (expected,)


def test_refused():
    (diagnostic,) = refused("`m`", RuntimeError(VALIDATION), "m, n").diagnostics
    assert diagnostic == Diagnostic(
        "SF0801", "Flink refuses `m`: Column 'abc' not found", notes=("feature views of the job: m, n",)
    )


def test_failed():
    (diagnostic,) = failed(RuntimeError(EMPTY_CAUSE), "m", "target/flink.log").diagnostics
    assert diagnostic == Diagnostic(
        "SF0802",
        "the Flink job failed: it failed",
        notes=("feature views of the job: m",),
        help="see `target/flink.log`",
    )
