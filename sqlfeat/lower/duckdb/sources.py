"""Sources as DuckDB views: parsed strictly, accepted or rejected."""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.language.text_forms import parse_duckdb
from sqlfeat.language.trees import case, fn, not_null, text
from sqlfeat.lower.expressions import column, identifier
from sqlfeat.lower.names import parsed_name, rejects_name, view_name
from sqlfeat.lower.program import Statement
from sqlfeat.lower.rejects import is_ahead, reason_of
from sqlfeat.project.config import Column, Source

REASON, ROW, _RAW, _FILE = "__reason", "__row", "__raw_", "f"


def source_views(source: Source, late_log: str | None = None) -> tuple[Statement, ...]:
    """The parsed rows and the accepted events of a source.

    Args:
        source: the declaration.
        late_log: the late log of a stream, whose events are left out one for one.
    """
    return (_parsed_view(source), _accepted_view(source, late_log))


def late_counts(source: Source, late_log: str) -> str:
    """How many events of a late log are in the source's history, and how many it has."""
    events = _late_events(source, late_log)
    known = exp.Intersect(
        this=events, expression=_accepted_rows(source, _at_late_times(source, late_log)), distinct=False
    )
    count = exp.Count(this=exp.Star())
    counts = [
        exp.Select(expressions=[count.copy()], from_=exp.From(this=query.subquery("events"))).subquery()
        for query in (known, events.copy())
    ]
    return exp.Select(expressions=counts).sql("duckdb")


def rejects_view(source: Source) -> Statement:
    """The rows that do not fit, with the reason."""
    items = [
        _as(text(source.full_name), "source"),
        _as(column(REASON), "reason"),
        _as(column(ROW), "row"),
    ]
    query = _select(items, exp.Table(this=identifier(parsed_name(source))), not_null(column(REASON)))
    return _view(rejects_name(source), query)


def _accepted_view(source: Source, late_log: str | None) -> Statement:
    query: exp.Expr = _without(source, late_log) if late_log else _accepted_rows(source)
    return _view(view_name(source), query)


def _without(source: Source, late_log: str) -> exp.Expr:
    """The rows less those of the late log, each once.

    Only rows with the event time of a late one are compared as a whole: for all of 8 million rows that took 6 seconds
    instead of a quarter of one.
    """
    others = _accepted_rows(source, exp.Not(this=_at_late_times(source, late_log)))
    candidates = _accepted_rows(source, _at_late_times(source, late_log))
    kept = exp.Except(this=candidates, expression=_late_events(source, late_log), distinct=False)
    return exp.Union(this=others, expression=exp.Subquery(this=kept), distinct=False)


def _at_late_times(source: Source, late_log: str) -> exp.Expr:
    time = column(source.event_time or "")
    times = _select([time], exp.Table(this=_reader_of(late_log)))
    return exp.In(this=time.copy(), query=exp.Subquery(this=times))


def _accepted_rows(source: Source, condition: exp.Expr | None = None) -> exp.Select:
    """The rows that fit and have an event time, late or not."""
    accepted: exp.Expr = exp.Is(this=column(REASON), expression=exp.Null())
    if source.event_time:
        accepted = exp.And(this=accepted, expression=not_null(column(source.event_time)))
    if condition is not None:
        accepted = exp.And(this=accepted, expression=condition)
    columns: list[exp.Expr] = [column(c.name) for c in source.columns]
    return _select(columns, exp.Table(this=identifier(parsed_name(source))), accepted)


def _late_events(source: Source, file: str) -> exp.Select:
    """The events of the late log, whose columns have the declared types."""
    return _select([column(c.name) for c in source.columns], exp.Table(this=_reader_of(file)))


def _reader_of(late_log: str) -> exp.Expr:
    return exp.Anonymous(this="read_parquet", expressions=[text(late_log)])


def _parsed_view(source: Source) -> Statement:
    inner = [_as(parse_duckdb(_raw(source, field), field.type), field.name) for field in source.columns]
    inner += [_as(_raw(source, field), _RAW + field.name) for field in source.columns]
    inner.append(_as(_row(source), ROW))
    rows = _select(inner, _reader(source)).subquery()
    ahead = is_ahead(source, lambda f: column(f.name), _later)
    reason = reason_of(source, lambda f: column(_RAW + f.name), lambda f: column(f.name), ahead)
    if source.history and source.history.format == "json":
        reason = case((exp.Not(this=exp.Paren(this=_is_object())), text("not a JSON object")), default=reason)
    items = [*(column(c.name) for c in source.columns), column(ROW), _as(reason, REASON)]
    return _view(parsed_name(source), _select(items, rows))


def _later(time: exp.Expr, ms: int) -> exp.Expr:
    return exp.Add(this=time, expression=exp.Interval(this=text(str(ms)), unit=exp.Var(this="MILLISECONDS")))


def _is_object() -> exp.Expr:
    return not_null(fn("as_object", column(ROW)))


def _raw(source: Source, field: Column) -> exp.Expr:
    if source.history and source.history.format == "json":
        return fn("json_extract_string", fn("as_object", column("line")), text(f'$."{field.name}"'))
    return exp.Column(this=identifier(field.name), table=identifier(_FILE))


def _row(source: Source) -> exp.Expr:
    if source.history and source.history.format == "json":
        return column("line")
    return exp.Cast(this=fn("to_json", column(_FILE)), to=exp.DataType.build("TEXT"))


def _reader(source: Source) -> exp.Expr:
    history = source.history
    path = text(history.path if history else "")
    if history and history.format == "csv":
        options = [_option("header", exp.true()), _option("all_varchar", exp.true())]
        reader = exp.Anonymous(this="read_csv", expressions=[path, *options])
    elif history and history.format == "json":
        reader = exp.Anonymous(this="read_lines", expressions=[path])
    else:
        reader = exp.Anonymous(this="read_parquet", expressions=[path, _option("hive_partitioning", exp.false())])
    return exp.Table(this=reader, alias=exp.TableAlias(this=identifier(_FILE)))


def _option(name: str, value: exp.Expr) -> exp.Expr:
    return exp.EQ(this=exp.Var(this=name), expression=value)


def _as(tree: exp.Expr, name: str) -> exp.Expr:
    return exp.Alias(this=tree, alias=identifier(name))


def _select(items: list[exp.Expr], source: exp.Expr, condition: exp.Expr | None = None) -> exp.Select:
    select = exp.Select(expressions=items, from_=exp.From(this=source))
    if condition is not None:
        select.set("where", exp.Where(this=condition))
    return select


def _view(name: str, query: exp.Expr) -> Statement:
    create = exp.Create(
        kind="VIEW", this=exp.Table(this=identifier(name)), replace=True, expression=query,
        properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
    )  # fmt: skip
    return Statement(name, create.sql("duckdb", pretty=True))
