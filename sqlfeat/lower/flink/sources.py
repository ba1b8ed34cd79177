"""Sources as Flink tables and views: parsed strictly, then accepted, rejected or late, decided only here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from sqlglot import exp

from sqlfeat.dialects.flink import FlinkColumn, FlinkOption, FlinkTable, FlinkView, FlinkWatermark, WindowTable
from sqlfeat.language.text_forms import finite, parse_flink
from sqlfeat.language.trees import binary, case, flink_type, fn, is_null, not_null, text
from sqlfeat.language.types import BIGINT, TIMESTAMP, Kind
from sqlfeat.lower.expressions import column, identifier
from sqlfeat.lower.flink.connectors import lines_options, table_options
from sqlfeat.lower.flink.intervals import interval, interval_constant
from sqlfeat.lower.flink.messages import BROKEN, BROKEN_MESSAGE, decoded_columns, placed
from sqlfeat.lower.names import (
    counts_name,
    late_name,
    lines_name,
    parsed_name,
    raw_name,
    rejects_name,
    value_name,
    view_name,
)
from sqlfeat.lower.program import Bootstrap, Statement
from sqlfeat.lower.rejects import is_ahead, reason_of
from sqlfeat.project.config import Column, Source, Stream

EVENT_TIME, REASON, ROW, WATERMARK = "__event_time", "__reason", "__row", "__watermark"
HOUR, EVENTS = "hour", "events"
_NO_TIME = "1900-01-01 00:00:00.007"
"""Stands for a missing event time: a NULL would stop the job, and this one holds no watermark up or forth. No midnight,
which systems write where they know no time: that is rejected with the reason it deserves."""

_ROLLED = {
    "sink.rolling-policy.rollover-interval": "1 min",
    "sink.rolling-policy.inactivity-interval": "10 s",
    "sink.rolling-policy.check-interval": "5 s",
}
"""A log of a stream that goes on is readable soon after it was written, not when the stream ends."""


def source_definitions(
    source: Source, log_dir: str, project_dir: str = "", bootstrap: Bootstrap | None = None
) -> tuple[Statement, ...]:
    """Tables and views of a source, its logs included, in order of creation."""
    source = _placed(source, project_dir)
    bootstrap = None if source.is_static else bootstrap
    parts = [_raw_table(source)]
    if _has_lines(source):
        parts.append(_lines_table(source))
    if bootstrap is not None:
        past = _past(source, bootstrap)
        parts += [_raw_table(past), _parsed_view(past)]
    parts += [_parsed_view(source), _accepted_view(source, bootstrap), _rejects_table(source, log_dir)]
    if not source.is_static:
        parts += [_late_table(source, log_dir), _counts_table(source, log_dir)]
    return tuple(parts)


def log_inserts(source: Source, bootstrap: Bootstrap | None = None) -> tuple[Statement, ...]:
    """INSERTs into the reject log, the late log and the numbers of accepted events."""
    inserts = [_insert(rejects_name(source), _rejected_rows(source))]
    if not source.is_static:
        inserts += [
            _insert(late_name(source), _late_rows(source, bootstrap)),
            _insert(counts_name(source), _counts(source)),
        ]
    return tuple(inserts)


def _placed(source: Source, project_dir: str) -> Source:
    """The source with the path of its stream made relative to the project directory."""
    if not project_dir or source.stream is None or not _is_files(source):
        return source
    return replace(source, stream=replace(source.stream, path=str(PurePath(project_dir, source.stream.path))))


def _stream(source: Source) -> Stream:
    return source.stream or Stream("filesystem", "")


def _raw_table(source: Source) -> Statement:
    stream = _stream(source)
    columns: list[exp.Expr] = [
        FlinkColumn(this=identifier(field.name), kind=_physical_type(field, stream)) for field in source.columns
    ]
    columns += _value_columns(source)
    if stream.decoded:
        columns += decoded_columns(source)
    columns.append(FlinkColumn(this=identifier(EVENT_TIME), computed=_event_time(source)))
    delay = exp.Sub(this=column(EVENT_TIME), expression=interval(source.lateness_ms + 2))
    watermark = FlinkWatermark(this=identifier(EVENT_TIME), expression=delay)
    return _table(raw_name(source), columns, table_options(source, stream), watermark)


def _physical_type(field: Column, stream: Stream) -> exp.DataType:
    if stream.trusted or field.type.kind is Kind.ARRAY:
        return flink_type(field.type)
    return exp.DataType.build("TEXT")


def _value_columns(source: Source) -> list[exp.Expr]:
    """The fields as values: our own format reads them itself."""
    if not _stream(source).decoded:
        return [FlinkColumn(this=identifier(value_name(f)), computed=_value(source, f)) for f in _read_values(source)]
    return [
        FlinkColumn(this=identifier(value_name(field)), kind=flink_type(field.type))
        for field in source.columns
        if field.type.kind not in (Kind.STRING, Kind.ARRAY)
    ]


def _read_values(source: Source) -> tuple[Column, ...]:
    """The fields whose values are not what lies in the stream."""
    trusted = _stream(source).trusted
    same = {Kind.ARRAY, *(set(Kind) - {Kind.DOUBLE} if trusted else {Kind.STRING})}
    return tuple(f for f in source.columns if f.name != source.event_time and f.type.kind not in same)


def _value(source: Source, field: Column) -> exp.Expr:
    return finite(column(field.name)) if _stream(source).trusted else parse_flink(column(field.name), field.type)


def _event_time(source: Source) -> exp.Expr:
    missing = _timestamp(_NO_TIME)
    if source.event_time is None:
        return exp.Cast(this=_timestamp("1970-01-01 00:00:00.000"), to=flink_type(TIMESTAMP))
    field = source.column(source.event_time)
    assert field is not None
    value = _time_of(source, field)
    if (ahead := _ahead(source)) is not None:
        # What is rejected for this must not move the watermark.
        value = case((ahead, exp.Null()), default=value)
    others = [] if _stream(source).decoded else [_nothing_that_differs(missing)]
    return fn("COALESCE", value, *others, missing)


def _nothing_that_differs(value: exp.Expr) -> exp.Expr:
    """NULL, of which Flink does not know that it is always the same.

    Flink writes an expression out wherever it is referred to, unless it might give another value there: the event time
    would be read from its text half a dozen times for each event.
    """
    return case((binary(exp.LT, fn("RAND"), exp.Literal.number(0)), value))


def _time_of(source: Source, field: Column) -> exp.Expr:
    """A time as it was sent, whatever is the matter with the row."""
    if _stream(source).decoded:
        return column(value_name(field))
    return column(field.name) if _stream(source).trusted else parse_flink(column(field.name), TIMESTAMP)


def _ahead(source: Source) -> exp.Expr | None:
    return is_ahead(
        source, lambda field: _time_of(source, field), lambda time, ms: exp.Add(this=time, expression=interval(ms))
    )


def _timestamp(value: str) -> exp.Expr:
    return exp.Introducer(this=exp.Var(this="TIMESTAMP"), expression=text(value))


def _has_lines(source: Source) -> bool:
    """Whether the stream is read a second time, as lines: Flink's format leaves out one that it cannot parse."""
    return not _stream(source).trusted and _is_files(source)


def _lines_table(source: Source) -> Statement:
    line = FlinkColumn(this=identifier("line"), kind=exp.DataType.build("TEXT"))
    return _table(lines_name(source), [line], lines_options(_stream(source)))


def _is_files(source: Source) -> bool:
    return _stream(source).connector == "filesystem"


def _parsed_view(source: Source) -> Statement:
    decoded = _stream(source).decoded
    read = {field.name for field in _read_values(source)}

    def parsed(field: Column) -> exp.Expr:
        if field.name == source.event_time:
            if decoded:
                return column(value_name(field))
            return case((_has_time(), exp.Cast(this=column(EVENT_TIME), to=flink_type(TIMESTAMP))))
        return column(value_name(field) if field.name in read else field.name)

    reason = reason_of(source, lambda f: column(f.name), parsed, _ahead(source), parsed if decoded else None)
    # Written for rejected rows only: it costs as much as all that is read.
    row = case((not_null(column(REASON)), _row_json(source)))
    if decoded:
        broken = not_null(column(BROKEN))
        reason = case((broken, placed(column(BROKEN), source)), default=reason)
        row = case((broken.copy(), column(BROKEN_MESSAGE)), default=row)
    judged = _select([exp.Star(), _as(reason, REASON)], raw_name(source))
    items = [
        _as(parsed(f), f.name) if f.name in read else column(f.name)
        for f in source.columns
        if f.name != source.event_time
    ]
    select = exp.Select(expressions=[*items, column(EVENT_TIME), column(REASON), _as(row, ROW)])
    select.set("from_", exp.From(this=judged.subquery()))
    return _view(parsed_name(source), select)


def _row_json(source: Source) -> exp.Expr:
    pairs = [
        exp.JSONKeyValue(this=text(f.name), expression=column(f.name))
        for f in source.columns
        if f.type.kind is not Kind.ARRAY
    ]
    return exp.JSONObject(expressions=pairs, null_handling=exp.Var(this="NULL ON NULL"))


def _past(source: Source, bootstrap: Bootstrap) -> Source:
    """The history of a source as a stream that ends, read by the rules of any stream."""
    stream = Stream("filesystem", bootstrap.file(source.full_name))
    return replace(source, name=f"{source.name}__past", stream=stream)


def _accepted_view(source: Source, bootstrap: Bootstrap | None) -> Statement:
    accepted: exp.Expr = is_null(column(REASON))
    items: list[exp.Expr] = [column(f.name) for f in source.columns if f.name != source.event_time]
    if source.event_time:
        items.append(_as(column(EVENT_TIME), source.event_time))
        accepted = exp.And(this=_on_time_row(), expression=_in_time())
    else:
        items.append(column(EVENT_TIME))
    query: exp.Expr = _select(items, parsed_name(source), accepted)
    if bootstrap is not None:
        # While history is read its watermark holds back that of both together, so no window closes too early.
        query = _select(items, parsed_name(source), exp.And(this=accepted, expression=_from_stream(bootstrap)))
        past = _select([item.copy() for item in items], parsed_name(_past(source, bootstrap)), _on_time_row())
        query = exp.Union(this=query, expression=past, distinct=False)
    return _view(view_name(source), query)


def _from_stream(bootstrap: Bootstrap) -> exp.Expr:
    """At or after the cut-over: what the stream has before it came from history already."""
    time = exp.Cast(this=column(EVENT_TIME), to=flink_type(TIMESTAMP))
    return exp.GTE(this=time, expression=_timestamp(bootstrap.cutover.isoformat(sep=" ", timespec="milliseconds")))


def _on_time_row() -> exp.Expr:
    """A row that fits and has an event time."""
    return exp.And(this=is_null(column(REASON)), expression=_has_time())


def _has_time() -> exp.Expr:
    """CAST, since the planner fails on some comparisons of a time attribute itself."""
    time = exp.Cast(this=column(EVENT_TIME), to=flink_type(TIMESTAMP))
    return exp.NEQ(this=time, expression=_timestamp(_NO_TIME))


def _in_time() -> exp.Expr:
    """Ahead of the watermark, by more than the millisecond that SESSION windows need."""
    watermark = fn("CURRENT_WATERMARK", column(EVENT_TIME))
    limit = exp.Add(this=watermark, expression=interval(1))
    return exp.Paren(this=exp.Or(this=is_null(watermark.copy()), expression=binary(exp.GT, column(EVENT_TIME), limit)))


def _rejected_rows(source: Source) -> exp.Expr:
    name = text(source.full_name)
    query: exp.Expr = _select([name, column(REASON), column(ROW)], parsed_name(source), not_null(column(REASON)))
    if not _has_lines(source):
        return query
    line = column("line")
    blank = exp.NEQ(this=fn("TRIM", line), expression=text(""))
    broken = exp.Not(this=exp.Paren(this=exp.Is(this=line.copy(), expression=exp.Var(this="JSON OBJECT"))))
    lines = _select(
        [name.copy(), text("not a JSON object"), line.copy()],
        lines_name(source),
        exp.And(this=blank, expression=broken),
    )
    return exp.Union(this=query, expression=lines, distinct=False)


def _late_rows(source: Source, bootstrap: Bootstrap | None) -> exp.Expr:
    watermark = exp.Cast(this=fn("CURRENT_WATERMARK", column(EVENT_TIME)), to=flink_type(TIMESTAMP))
    items = [_late_field(source, field) for field in source.columns]
    late = exp.And(this=_on_time_row(), expression=exp.Not(this=_in_time()))
    if bootstrap is not None:
        late = exp.And(this=late, expression=_from_stream(bootstrap))
    return _select([*items, watermark], parsed_name(source), late)


def _late_field(source: Source, field: Column) -> exp.Expr:
    if field.name == source.event_time:
        return exp.Cast(this=column(EVENT_TIME), to=flink_type(TIMESTAMP))
    if field.type.kind is Kind.DECIMAL:
        return exp.Cast(this=column(field.name), to=exp.DataType.build("TEXT"))
    return column(field.name)


def _rejects_table(source: Source, log_dir: str) -> Statement:
    fields = dict.fromkeys(("source", "reason", "row"), exp.DataType.build("TEXT"))
    return _log_table(source, rejects_name(source), f"{log_dir}/{source.full_name}/rejects", fields)


def _late_table(source: Source, log_dir: str) -> Statement:
    """The events as they are, with the watermark they missed; decimals as text, which JSON numbers cannot hold."""
    fields = {
        field.name: exp.DataType.build("TEXT") if field.type.kind is Kind.DECIMAL else flink_type(field.type)
        for field in source.columns
    }
    fields[WATERMARK] = flink_type(TIMESTAMP)
    return _log_table(source, late_name(source), f"{log_dir}/{source.full_name}/late", fields)


def _counts_table(source: Source, log_dir: str) -> Statement:
    fields = {HOUR: flink_type(TIMESTAMP), EVENTS: flink_type(BIGINT)}
    return _log_table(source, counts_name(source), f"{log_dir}/{source.full_name}/accepted", fields)


def _counts(source: Source) -> exp.Expr:
    """Accepted events by hour of event time: Flink has no other number that a job can write down when it ends."""
    table = WindowTable(
        kind="TUMBLE",
        this=identifier(view_name(source)),
        descriptor=identifier(source.event_time or ""),
        expressions=[interval_constant(3_600_000)],
    )
    bounds = [column("window_start"), column("window_end")]
    select = exp.Select(expressions=[bounds[0], exp.Count(this=exp.Star())], from_=exp.From(this=table))
    select.set("group", exp.Group(expressions=[bound.copy() for bound in bounds]))
    return select


def _log_table(source: Source, name: str, path: str, columns: dict[str, exp.DataType]) -> Statement:
    fields: list[exp.Expr] = [FlinkColumn(this=identifier(field), kind=kind) for field, kind in columns.items()]
    options = {"connector": "filesystem", "path": path, "format": "json"}
    return _table(name, fields, options | (_ROLLED if _stream(source).unbounded else {}))


def _table(name: str, columns: list[exp.Expr], options: dict[str, str], watermark: exp.Expr | None = None) -> Statement:
    pairs = [FlinkOption(this=text(key), expression=text(value)) for key, value in options.items()]
    tree = FlinkTable(this=identifier(name), columns=columns, watermark=watermark, options=pairs)
    return Statement(name, tree.sql("flink"))


def _view(name: str, query: exp.Expr) -> Statement:
    return Statement(name, FlinkView(this=identifier(name), expression=query).sql("flink", pretty=True))


def _insert(name: str, query: exp.Expr) -> Statement:
    tree = exp.Insert(this=exp.Table(this=identifier(name)), expression=query)
    return Statement(name, tree.sql("flink", pretty=True))


def _as(tree: exp.Expr, name: str) -> exp.Expr:
    return exp.Alias(this=tree, alias=identifier(name))


def _select(items: list[exp.Expr], source: str, condition: exp.Expr | None = None) -> exp.Select:
    select = exp.Select(expressions=items, from_=exp.From(this=exp.Table(this=identifier(source))))
    if condition is not None:
        select.set("where", exp.Where(this=condition))
    return select
