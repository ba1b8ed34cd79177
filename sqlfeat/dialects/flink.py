"""Flink SQL for sqlglot: what differs from the base dialect, for generation.

Nodes that no other engine has are defined here too: tables with watermarks, views, `MATCH_RECOGNIZE` as a keyed sort,
and the statement set.
"""

from __future__ import annotations

import typing as t

from sqlglot import exp, generator, tokens
from sqlglot.dialects.dialect import Dialect


class FlinkTable(exp.Expression):
    """`CREATE TEMPORARY TABLE`: `this` (identifier), `columns` (FlinkColumn...), `watermark`, `options` (pairs)."""

    arg_types = {"this": True, "columns": True, "watermark": False, "options": True}


class FlinkColumn(exp.Expression):
    """A column with a type (`kind`), of the row or about it (`metadata`), or a `computed` one."""

    arg_types = {"this": True, "kind": False, "computed": False, "metadata": False}


class FlinkWatermark(exp.Expression):
    """`WATERMARK FOR this AS expression`."""

    arg_types = {"this": True, "expression": True}


class FlinkOption(exp.Expression):
    """`'this' = 'expression'` of a WITH clause."""

    arg_types = {"this": True, "expression": True}


class FlinkView(exp.Expression):
    """`CREATE TEMPORARY VIEW this AS expression`."""

    arg_types = {"this": True, "expression": True}


class KeyedSort(exp.Expression):
    """Rows of `this` in the order (`rowtime`, `order`) within each key of `partition`, keeping the time attribute.

    Flink refuses a second ORDER BY column in OVER; `MATCH_RECOGNIZE` with a pattern of one row accepts it and emits
    each row once, sorted.
    """

    arg_types = {"this": True, "partition": False, "rowtime": True, "order": True, "columns": True}


class WindowTable(exp.Expression):
    """`TABLE(kind(TABLE this, DESCRIPTOR(descriptor), expressions...))`."""

    arg_types = {"kind": True, "this": True, "descriptor": True, "expressions": True, "partition": False}


class StatementSet(exp.Expression):
    """`EXECUTE STATEMENT SET BEGIN ... END`: `expressions` are the INSERTs, run as one job."""

    arg_types = {"expressions": True}


class Flink(Dialect):
    """Apache Flink SQL; registered with sqlglot as `flink` (entry point group `sqlglot.dialects`)."""

    INDEX_OFFSET = 0

    class Tokenizer(tokens.Tokenizer):
        IDENTIFIERS: t.ClassVar = ["`"]

    class Generator(generator.Generator):
        TYPE_MAPPING: t.ClassVar = {
            **generator.Generator.TYPE_MAPPING,
            exp.DataType.Type.TEXT: "STRING",
            exp.DataType.Type.VARCHAR: "STRING",
            exp.DataType.Type.VARBINARY: "BYTES",
            exp.DataType.Type.STRUCT: "ROW",
        }

        # sqlglot finds `<node>_sql` methods only for nodes of its own.
        TRANSFORMS: t.ClassVar = {
            **generator.Generator.TRANSFORMS,
            FlinkTable: lambda self, e: self.flinktable_sql(e),
            FlinkColumn: lambda self, e: self.flinkcolumn_sql(e),
            FlinkWatermark: lambda self, e: self.flinkwatermark_sql(e),
            FlinkOption: lambda self, e: self.flinkoption_sql(e),
            FlinkView: lambda self, e: self.flinkview_sql(e),
            KeyedSort: lambda self, e: self.keyedsort_sql(e),
            WindowTable: lambda self, e: self.windowtable_sql(e),
            StatementSet: lambda self, e: self.statementset_sql(e),
            exp.Array: lambda self, e: f"ARRAY[{self.expressions(e, flat=True)}]",
        }

        def flinktable_sql(self, expression: FlinkTable) -> str:
            items = [self.sql(column) for column in expression.args["columns"]]
            if watermark := expression.args.get("watermark"):
                items.append(self.sql(watermark))
            options = ",\n".join(f"  {self.sql(option)}" for option in expression.args["options"])
            body = ",\n".join(f"  {item}" for item in items)
            return f"CREATE TEMPORARY TABLE {self.sql(expression, 'this')} (\n{body}\n) WITH (\n{options}\n)"

        def flinkcolumn_sql(self, expression: FlinkColumn) -> str:
            name = self.sql(expression, "this")
            if computed := expression.args.get("computed"):
                return f"{name} AS {self.sql(computed)}"
            metadata = " METADATA VIRTUAL" if expression.args.get("metadata") else ""
            return f"{name} {self.sql(expression, 'kind')}{metadata}"

        def flinkwatermark_sql(self, expression: FlinkWatermark) -> str:
            return f"WATERMARK FOR {self.sql(expression, 'this')} AS {self.sql(expression, 'expression')}"

        def flinkoption_sql(self, expression: FlinkOption) -> str:
            return f"{self.sql(expression, 'this')} = {self.sql(expression, 'expression')}"

        def flinkview_sql(self, expression: FlinkView) -> str:
            query = self.sql(expression, "expression")
            return f"CREATE TEMPORARY VIEW {self.sql(expression, 'this')} AS\n{query}"

        def keyedsort_sql(self, expression: KeyedSort) -> str:
            rowtime = self.sql(expression, "rowtime")
            partition = ", ".join(self.sql(column) for column in expression.args.get("partition") or [])
            order = ", ".join([rowtime, *(self.sql(column) for column in expression.args["order"])])
            measures = [f"A.{self.sql(column)} AS {self.sql(column)}" for column in expression.args["columns"]]
            measures.append(f"MATCH_ROWTIME(A.{rowtime}) AS {rowtime}")
            by = f"PARTITION BY {partition} " if partition else ""
            return (
                f"{self.sql(expression, 'this')} MATCH_RECOGNIZE ({by}ORDER BY {order} MEASURES {', '.join(measures)} "
                "ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW PATTERN (A) DEFINE A AS TRUE)"
            )

        def windowtable_sql(self, expression: WindowTable) -> str:
            partition = ", ".join(self.sql(column) for column in expression.args.get("partition") or [])
            # Without parentheses the comma behind the first key would begin the next argument.
            table = f"TABLE {self.sql(expression, 'this')}" + (f" PARTITION BY ({partition})" if partition else "")
            sizes = "".join(f", {self.sql(size)}" for size in expression.expressions)
            kind = expression.args["kind"]
            return f"TABLE({kind}({table}, DESCRIPTOR({self.sql(expression, 'descriptor')}){sizes}))"

        def statementset_sql(self, expression: StatementSet) -> str:
            inserts = "".join(f"{self.sql(insert)};\n" for insert in expression.expressions)
            return f"EXECUTE STATEMENT SET\nBEGIN\n{inserts}END"
