"""The authoring dialect: standard SQL with Flink's window functions in FROM.

Function names are kept as written (nothing is mapped to sqlglot's own function classes), so that the operation
registry alone decides what a name means.
"""

from __future__ import annotations

import typing as t

from sqlglot import exp, generator, parser, tokens
from sqlglot.dialects.dialect import Dialect
from sqlglot.tokenizer_core import TokenType

TVF_SIZES = {
    "TUMBLE": ("SIZE", "OFFSET"),
    "HOP": ("SLIDE", "SIZE", "OFFSET"),
    "CUMULATE": ("STEP", "SIZE", "OFFSET"),
    "SESSION": ("GAP",),
}
"""The window functions and their intervals, in Flink's order."""


class WindowTvf(exp.Expression):
    """`TABLE(TUMBLE(TABLE this, DESCRIPTOR(column), INTERVAL ...)) [AS alias]`.

    Arguments: `kind` (name), `this` (table), `descriptor` (identifier), `expressions` (the intervals, in order),
    `partition_by` (SESSION), `alias`.
    """

    arg_types = {
        "kind": True,
        "this": True,
        "descriptor": True,
        "expressions": True,
        "partition_by": False,
        "alias": False,
        "joins": False,
    }


class Sqlfeat(Dialect):
    """Registered with sqlglot as `sqlfeat` (entry point group `sqlglot.dialects`)."""

    INDEX_OFFSET = 0

    class Tokenizer(tokens.Tokenizer):
        IDENTIFIERS: t.ClassVar = ['"', "`"]
        KEYWORDS: t.ClassVar = {
            **{word: kind for word, kind in tokens.Tokenizer.KEYWORDS.items() if word != "SESSION"},
            "//": TokenType.DIV,
        }

    class Parser(parser.Parser):
        FUNCTIONS: t.ClassVar = {}
        FUNC_TOKENS: t.ClassVar = parser.Parser.FUNC_TOKENS | {TokenType.NOTNULL}
        FUNCTION_PARSERS: t.ClassVar = {
            name: function
            for name, function in parser.Parser.FUNCTION_PARSERS.items()
            if name in ("CAST", "TRY_CAST", "EXTRACT", "SUBSTRING", "TRIM", "POSITION", "OVERLAY", "CEIL", "FLOOR")
        } | {"JSON_VALUE": lambda self: self._parse_json_value(json_path=False)}
        NO_PAREN_FUNCTION_PARSERS: t.ClassVar = {
            name: function for name, function in parser.Parser.NO_PAREN_FUNCTION_PARSERS.items() if name == "CASE"
        }

        def _parse_table(self, *args: t.Any, **kwargs: t.Any) -> exp.Expr | None:
            if tvf := self._parse_window_tvf():
                return tvf
            return super()._parse_table(*args, **kwargs)

        def _parse_interval_span(self, this: exp.Expr, parse_function_unit: bool = True) -> exp.Interval:
            """An interval; PRECEDING behind one that has no unit, or its units in the text, is none."""
            behind = self._curr.text.upper() if self._curr else ""
            if behind in ("PRECEDING", "FOLLOWING") and not exp.INTERVAL_STRING_RE.findall(this.name):
                return exp.Interval(this=this)
            return super()._parse_interval_span(this, parse_function_unit=parse_function_unit)

        def _parse_window_tvf(self) -> exp.Expr | None:
            index = self._index
            wrapped = self._match_pair(TokenType.TABLE, TokenType.L_PAREN)
            kind = self._curr.text.upper() if self._curr else ""
            if kind not in TVF_SIZES or not self._next or self._next.token_type != TokenType.L_PAREN:
                self._retreat(index)
                return None
            token = self._curr
            self._advance(2)
            node = self._parse_tvf_arguments(kind)
            node.meta.update(line=token.line, col=token.col, start=token.start, end=token.end)
            self._match_r_paren()
            if wrapped:
                self._match_r_paren()
            if alias := self._parse_table_alias():
                node.set("alias", alias)
            return node

        def _parse_tvf_arguments(self, kind: str) -> exp.Expr:
            self._match_tvf_name("DATA")
            self._match(TokenType.TABLE)
            if self._curr and self._curr.token_type == TokenType.L_PAREN:
                table: exp.Expr | None = exp.Subquery(this=self._parse_wrapped(self._parse_select))
            else:
                table = self._parse_table_parts()
            partition = self._parse_session_keys()
            self._match(TokenType.COMMA)
            self._match_tvf_name("TIMECOL")
            described = self._match_text_seq("DESCRIPTOR")
            descriptor = self._parse_wrapped(self._parse_id_var) if described else self._parse_id_var(any_token=False)
            if descriptor is None:
                self.raise_error(f"{kind} needs DESCRIPTOR(<event time column>) after the table")
            partition = partition or self._parse_described_keys()
            sizes = self._parse_tvf_sizes(kind)
            return WindowTvf(kind=kind, this=table, descriptor=descriptor, expressions=sizes, partition_by=partition)

        def _parse_tvf_sizes(self, kind: str) -> list[exp.Expr]:
            """The intervals in Flink's order, whichever order those given by name have."""
            given: list[exp.Expr] = []
            named: dict[str, exp.Expr] = {}
            while self._match(TokenType.COMMA):
                name = self._match_tvf_name(*TVF_SIZES[kind])
                value = self._parse_bitwise() or exp.Null()
                if name:
                    named[name] = value
                else:
                    given.append(value)
            order = TVF_SIZES[kind]
            found = {**dict(zip(order, given, strict=False)), **named}
            sizes = [found[name] for name in order if name in found]
            if set(order[: len(sizes)]) != set(found):
                self.raise_error(f"{kind} needs the intervals {', '.join(order)}, of which OFFSET may be left out")
            return [*sizes, *given[len(order) :]]

        def _parse_session_keys(self) -> list[exp.Expr]:
            """PARTITION BY keys, in parentheses or not; the comma before DESCRIPTOR ends them."""
            keys: list[exp.Expr] = []
            if not self._match(TokenType.PARTITION_BY):
                return keys
            if self._curr.token_type == TokenType.L_PAREN:
                return self._parse_wrapped_csv(self._parse_column)
            while True:
                keys.append(self._parse_column() or exp.Null())
                following = self._next.text.upper() if self._next else ""
                if following in ("DESCRIPTOR", "TIMECOL") or not self._match(TokenType.COMMA):
                    return keys

        def _parse_described_keys(self) -> list[exp.Expr]:
            """`, DESCRIPTOR(keys)` behind the event time, as Calcite has the keys of a SESSION."""
            index = self._index
            if self._match(TokenType.COMMA) and self._match_text_seq("DESCRIPTOR"):
                return self._parse_wrapped_csv(self._parse_column)
            self._retreat(index)
            return []

        def _match_tvf_name(self, *names: str) -> str:
            """Skip `NAME =>` of an argument passed by name; gives the name."""
            name = self._curr.text.upper() if self._curr else ""
            if name not in names or not self._next or self._next.token_type != TokenType.FARROW:
                return ""
            self._advance(2)
            return name

    class Generator(generator.Generator):
        SUPPORTS_WINDOW_EXCLUDE = True
        TRANSFORMS: t.ClassVar = {
            **generator.Generator.TRANSFORMS,
            WindowTvf: lambda self, e: f"{e.args['kind']}(TABLE {self.sql(e, 'this')}, ...)",
        }


def written(node: exp.Expr) -> str:
    """A piece of SQL as text, for messages and to tell whether two pieces are the same."""
    return node.sql(dialect=Sqlfeat, comments=False)
