from __future__ import annotations

import http.server
import json
import math
import threading
from datetime import datetime, timedelta, timezone

import pytest

from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.engines.flink.counts import Counts
from sqlfeat.engines.flink.meter import BUCKETS_MS, ages, quantile
from sqlfeat.engines.flink.observe import JobFacts, SourceFacts, _add, observe
from sqlfeat.engines.flink.rest import FlinkRest, Unreachable, unreachable
from sqlfeat.stores.protocol import OnlineRow
from sqlfeat.stores.version import timestamp_text
from tests.conftest import free_port


def test_nobody_answers():
    address = f"127.0.0.1:{free_port()}"
    with pytest.raises(Unreachable) as caught:
        FlinkRest(address).job("x")
    error = unreachable(address, caught.value)
    assert isinstance(error, SqlfeatError)
    (diagnostic,) = error.diagnostics
    assert (diagnostic.code, diagnostic.message) == (
        "SF0809",
        f"no Flink cluster answers at `{address}`: [Errno 111] Connection refused",
    )


VERTEX = {"id": "v", "status": "RUNNING", "name": "Source: shop__orders__raw[1] -> Calc[2]"}


class Metrics(http.server.BaseHTTPRequestHandler):
    """Answers as Flink's REST interface does that asks its TaskManagers only now: without metrics at first."""

    looks = 0

    def do_GET(self):
        answer = {"state": "RUNNING", "duration": 1, "vertices": [VERTEX]}
        if self.path.endswith("checkpoints"):
            answer = {"latest": {"completed": None}, "counts": {"failed": 0}}
        elif "/metrics" in self.path:
            name, known = "Source__shop__orders__raw[1].numRecordsOut", type(self).looks > 1
            type(self).looks += self.path.endswith("subtasks/metrics")
            answer = [{"id": name, "sum": 7, "min": 3}] if known and "numRestarts" not in self.path else []
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_metrics_that_are_not_there_at_the_first_look():
    with http.server.HTTPServer(("127.0.0.1", 0), Metrics) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            facts = observe(FlinkRest(f"127.0.0.1:{server.server_port}"), "j")
        finally:
            server.shutdown()
            thread.join()
    assert facts is not None
    assert facts.sources["shop__orders"].rows == 7


def metric(total, least=0.0):
    return {"sum": float(total), "min": float(least)}


def test_metrics_of_two_vertices_are_put_together():
    facts = JobFacts("RUNNING", 1.0, 0, None, 0)
    _add(
        facts,
        "Source: shop__orders__raw[1] -> Calc[2] -> WatermarkAssigner[3] -> (Calc[4], Calc[5])",
        {
            "Source__shop__orders__raw[1].numRecordsOut": metric(7),
            "Source__shop__orders__raw[1].numRecordsOutPerSecond": metric(0.5),
            "Source__shop__orders__raw[1].currentOutputWatermark": metric(0, -(2**63)),
            "WatermarkAssigner[3].currentOutputWatermark": metric(0, 1_000),
        },
    )
    _add(
        facts,
        "OverAggregate[22] -> Calc[23] -> PythonCalc[17]",
        {
            "PythonCalc[17].sqlfeat.model.spend.rows": metric(5),
            "PythonCalc[17].sqlfeat.model.spend.written": metric(3),
            "PythonCalc[17].sqlfeat.model.spend.freshness_ms_250": metric(2),
            "PythonCalc[17].sqlfeat.model.spend.freshness_ms_more": metric(1),
            "PythonCalc[17].numRecordsInPerSecond": metric(0.25),
        },
    )
    assert facts.sources == {"shop__orders": SourceFacts(7, 0.5, 1_000)}
    spend = facts.models["spend"]
    assert (spend.counts, spend.rows_per_second) == (Counts(rows=5, written=3), 0.25)
    assert spend.freshness == [0, 2, *[0] * 8, 1]


def test_a_topic_whose_name_is_cut_off_in_metrics():
    """Kafka's connector names its operator itself, longer than the 80 characters that metrics keep."""
    facts = JobFacts("RUNNING", 1.0, 0, None, 0)
    table = "default_catalog.default_database.shop_of_the_north__orders_and_returns__raw"
    cut = f"Source__KafkaSource-{table}".replace(".", "_")[:80]
    _add(
        facts,
        f"Source: KafkaSource-{table} -> Calc[2]",
        {
            f"{cut}.numRecordsOut": metric(7),
            f"{cut}.numRecordsOutPerSecond": metric(0.5),
            f"{cut}.currentOutputWatermark": metric(0, 1_000),
            f"{cut}.split.orders-0.watermark.currentWatermark": metric(0, 2_000),
            "Calc[2].numRecordsOut": metric(9),
        },
    )
    lines = table.replace("__raw", "__lines")
    _add(facts, f"Source: KafkaSource-{lines} -> Calc[3]", {f"{cut}.numRecordsOut": metric(11)})
    assert facts.sources == {"shop_of_the_north__orders_and_returns": SourceFacts(7, 0.5, 1_000)}


def test_two_feature_views_that_one_vertex_writes():
    facts = JobFacts("RUNNING", 1.0, 0, None, 0)
    _add(
        facts,
        "OverAggregate[22] -> Calc[23] -> PythonCalc[17]",
        {
            "PythonCalc[7].sqlfeat.model.a.rows": metric(5),
            "PythonCalc[7].numRecordsInPerSecond": metric(4),
            "PythonCalc[9].sqlfeat.model.b.rows": metric(6),
            "PythonCalc[9].numRecordsInPerSecond": metric(2),
        },
    )
    assert {name: model.rows_per_second for name, model in facts.models.items()} == {"a": 4, "b": 2}


def test_a_source_that_knows_its_watermark_and_one_that_has_none():
    facts = JobFacts("RUNNING", 1.0, 0, None, 0)
    _add(facts, "Source: a__b__raw[1]", {"Source__a__b__raw[1].currentOutputWatermark": metric(0, 5_000)})
    _add(facts, "Source: a__c__raw[1]", {"Source__a__c__raw[1].currentOutputWatermark": metric(0, -(2**63))})
    assert facts.sources == {"a__b": SourceFacts(0, 0, 5_000), "a__c": SourceFacts(0, 0, None)}


def test_freshness_is_counted_in_buckets():
    now = datetime(2024, 1, 1, 0, 0, 1, tzinfo=timezone.utc)
    moments = [now - timedelta(milliseconds=ms) for ms in (-5, 100, 101, 500, BUCKETS_MS[-1], BUCKETS_MS[-1] + 1)]
    rows = [OnlineRow("k=1", f"{timestamp_text(moment)} p1", "{}") for moment in moments]
    assert ages(rows, now) == [2, 1, 1, *[0] * 6, 1, 1]
    assert ages(rows[1:2], now + timedelta(microseconds=1)) == [0, 1, *[0] * 9]
    assert quantile([0] * 11, 0.5) is None
    assert quantile([5, 0, 4, *[0] * 7, 1], 0.9) == 500
    assert quantile([5, 0, 4, *[0] * 7, 1], 0.99) == math.inf
