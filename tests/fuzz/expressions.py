"""Random expressions of a type over the columns of a relation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

COMPARABLE = ("BIGINT", "DOUBLE", "DECIMAL", "STRING", "TIMESTAMP", "DATE")
TYPES = (*COMPARABLE, "BOOLEAN")
Columns = Sequence[tuple[str, str]]

_CONSTANTS = {
    "BIGINT": ("1", "0", "2", "-3", "7", "100", "9223372036854775807", "4294967296"),
    "DOUBLE": ("1e0", "0e0", "5e-1", "-25e-1", "1e16", "1e-12", "1e300"),
    "DECIMAL": ("0.5", "1.25", "-3.10", "0.01"),
    "STRING": ("'a'", "''", "'x'", "'é'", "'a b'", "'Zz'"),
    "BOOLEAN": ("TRUE", "FALSE"),
    "TIMESTAMP": ("TIMESTAMP '1970-01-01 00:00:00.001'", "TIMESTAMP '1972-02-29 12:00:00'"),
    "DATE": ("DATE '1972-02-29'", "DATE '1970-01-02'"),
}
_ANY = (
    "COALESCE({0}, {0})", "NULLIF({0}, {0})", "CASE WHEN {BOOLEAN} THEN {0} ELSE {0} END",
    "CASE WHEN {BOOLEAN} THEN {0} END",
    "IF({BOOLEAN}, {0}, {0})", "NVL2({1}, {0}, {0})", "IFNULL({0}, {0})",
    "CASE WHEN {1} IS NULL THEN {0} WHEN {BOOLEAN} THEN NULL ELSE {0} END",
    "CASE {BIGINT} WHEN 1 THEN {0} WHEN {BIGINT} THEN {0} END",
)  # fmt: skip
_OPERATIONS: dict[str, tuple[str, ...]] = {
    "BIGINT": (
        "{BIGINT} + {BIGINT}", "{BIGINT} - {BIGINT}", "{BIGINT} * {BIGINT}", "{BIGINT} // {BIGINT}",
        "{BIGINT} % {BIGINT}",
        "-({BIGINT})", "ABS({BIGINT})", "SIGN({BIGINT})", "SIGN({DOUBLE})", "GREATEST({BIGINT}, {BIGINT})",
        "LEAST({BIGINT}, {BIGINT}, {BIGINT})", "LENGTH({STRING})", "STRPOS({STRING}, {STRING})", "HOUR({TIMESTAMP})",
        "DAY({DATE})", "DOW({TIMESTAMP})", "ISODOW({DATE})", "EXTRACT(MINUTE FROM {TIMESTAMP})",
        "MILLISECOND({TIMESTAMP})",
        "EPOCH({TIMESTAMP})", "EPOCH_MS({TIMESTAMP})", "WEEK({TIMESTAMP})", "DOY({DATE})", "QUARTER({DATE})",
        "TIMESTAMPDIFF(SECOND, {TIMESTAMP}, {TIMESTAMP})", "TIMESTAMPDIFF(HOUR, {TIMESTAMP}, {TIMESTAMP})",
        "TIMESTAMPDIFF(DAY, {TIMESTAMP}, {TIMESTAMP})", "CAST({BOOLEAN} AS BIGINT)",
        "OCTET_LENGTH({STRING})", "ASCII({STRING})", "HASH64({STRING})", "LOCATE({STRING}, {STRING})", "DECADE({DATE})",
        "YEARWEEK({TIMESTAMP})", "YEAR({TIMESTAMP})", "MONTH({DATE})", "ISOYEAR({TIMESTAMP})", "SECOND({TIMESTAMP})",
        "CENTURY({DATE})", "ELEMENT_AT(ARRAY[{BIGINT}, {BIGINT}], {BIGINT})", "ARRAY_MAX(ARRAY[{BIGINT}, {BIGINT}])",
        "TIMESTAMPDIFF(MINUTE, {TIMESTAMP}, {TIMESTAMP})", "{BIGINT} DIV {BIGINT}", "MOD({BIGINT}, {BIGINT})",
        "CARDINALITY(ARRAY[{STRING}, {STRING}])",
    ),
    "DOUBLE": (
        "{DOUBLE} + {DOUBLE}", "{DOUBLE} - {DOUBLE}", "{DOUBLE} * {DOUBLE}", "{DOUBLE} / {DOUBLE}",
        "{BIGINT} / {BIGINT}",
        "{DOUBLE} * {BIGINT}", "{DOUBLE} + {DECIMAL}", "-({DOUBLE})", "ABS({DOUBLE})", "SQRT({DOUBLE})",
        "FLOOR({DOUBLE})",
        "CEIL({DOUBLE})", "CAST({BIGINT} AS DOUBLE)", "CAST({DECIMAL} AS DOUBLE)", "GREATEST({DOUBLE}, {DOUBLE})",
        "LEAST({DOUBLE}, {BIGINT})", "{DECIMAL} / {BIGINT}",
    ),
    "DECIMAL": ("-({DECIMAL})", "ABS({DECIMAL})", "GREATEST({DECIMAL}, {DECIMAL})", "{DECIMAL} + 1.005",
    "2 * {DECIMAL}",
                "{DECIMAL} - {DECIMAL}", "FLOOR({DECIMAL})", "CEIL({DECIMAL})"),
    "STRING": (
        "UPPER({STRING})", "LOWER({STRING})", "{STRING} || {STRING}", "CONCAT({STRING}, '-', {STRING})",
        "LEFT({STRING}, 2)",
        "RIGHT({STRING}, 1)", "SUBSTRING({STRING}, 2)", "SUBSTRING({STRING}, -2, 1)", "TRIM({STRING})",
        "REVERSE({STRING})",
        "REPLACE({STRING}, {STRING}, {STRING})", "CAST({BIGINT} AS STRING)", "CAST({DECIMAL} AS STRING)",
        "CAST({BOOLEAN} AS STRING)", "CAST({TIMESTAMP} AS STRING)", "CAST({DATE} AS STRING)", "MD5({STRING})",
        "LTRIM({STRING})", "RTRIM({STRING})", "LPAD({STRING}, 5, {STRING})", "RPAD({STRING}, {BIGINT}, '-')",
        "SPLIT_INDEX({STRING}, ' ', 0)", "SPLIT_PART({STRING}, {STRING}, -1)", "TRANSLATE({STRING}, 'ab', 'b')",
        "CHR({BIGINT})", "HEX({STRING})", "TO_BASE64({STRING})", "SHA1({STRING})", "SHA256({STRING})",
        "REPEAT({STRING}, 2)", "MONTHNAME({DATE})", "DAYNAME({TIMESTAMP})", "SUBSTRING({STRING}, {BIGINT}, {BIGINT})",
        "CONCAT_WS('/', {STRING}, {STRING})", "ELEMENT_AT(ARRAY[{STRING}, {STRING}], 2)",
    ),
    "BOOLEAN": (
        "{BOOLEAN} AND {BOOLEAN}", "{BOOLEAN} OR {BOOLEAN}", "NOT {BOOLEAN}", "{1} = {1}", "{1} <> {1}", "{1} < {1}",
        "{1} <= {1}", "{1} > {1}", "{1} >= {1}", "{1} IS NULL", "{1} IS NOT NULL", "{1} BETWEEN {1} AND {1}",
        "{1} IN ({1}, {1})", "{1} NOT IN ({1}, {1})", "{1} IS DISTINCT FROM {1}", "{1} IS NOT DISTINCT FROM {1}",
        "{BOOLEAN} IS TRUE", "{BOOLEAN} IS NOT FALSE", "{STRING} LIKE '%a_%'", "{STRING} NOT LIKE 'a%'",
        "STARTSWITH({STRING}, {STRING})", "CONTAINS({STRING}, {STRING})", "{BIGINT} > {DOUBLE}",
        "ENDSWITH({STRING}, {STRING})", "ISNULL({1})", "NOTNULL({1})", "{STRING} LIKE '_'",
        "ARRAY_CONTAINS(ARRAY[{BIGINT}, {BIGINT}], {BIGINT})",
        "{BIGINT} = {DECIMAL}", "{BOOLEAN} IS NOT TRUE", "{BOOLEAN} IS FALSE",
        "{DECIMAL} <= {BIGINT}",
    ),
    "TIMESTAMP": (
        "{TIMESTAMP} + INTERVAL '90' MINUTE", "{TIMESTAMP} + INTERVAL '1' DAY", "DATE_TRUNC('hour', {TIMESTAMP})",
        "DATE_TRUNC('day', {TIMESTAMP})", "DATE_TRUNC('week', {TIMESTAMP})", "DATE_TRUNC('month', {TIMESTAMP})",
        "CAST({DATE} AS TIMESTAMP(3))", "GREATEST({TIMESTAMP}, {TIMESTAMP})",
        "DATE_TRUNC('minute', {TIMESTAMP})", "DATE_TRUNC('second', {TIMESTAMP})", "DATE_TRUNC('year', {TIMESTAMP})",
        "{TIMESTAMP} - INTERVAL '1' HOUR", "LEAST({TIMESTAMP}, {TIMESTAMP})",
    ),
    "DATE": ("CAST({TIMESTAMP} AS DATE)", "GREATEST({DATE}, {DATE})", "LEAST({DATE}, {DATE})", "LAST_DAY({TIMESTAMP})"),
}  # fmt: skip


def expression(rnd: Random, columns: Columns, kind: str, depth: int) -> str:
    """An expression of a kind of type; simple ones first, so that shrinking finds them."""
    fitting = [name for name, type_ in columns if type_ == kind]
    if depth <= 0 or rnd.random() < 0.25:
        if fitting and rnd.random() < 0.85:
            return rnd.choice(fitting)
        return rnd.choice(_CONSTANTS[kind])
    form = rnd.choice(_OPERATIONS[kind] if rnd.random() < 0.8 else _ANY)
    return f"({filled(rnd, form, columns, kind, depth)})"


def filled(rnd: Random, form: str, columns: Columns, kind: str, depth: int) -> str:
    """A form with random expressions for `{TYPE}`; `{0}` is of the given kind, `{1}` of one that can be compared."""
    compared = rnd.choice(COMPARABLE) if "{1}" in form else kind

    def hole(wanted: str) -> str:
        meant = {"0": kind, "1": compared}.get(wanted, wanted)
        return expression(rnd, columns, meant, depth - 1)

    return _fill(form, hole)


def _fill(form: str, hole: Callable[[str], str]) -> str:
    head, *rest = form.split("{")
    parts = [head]
    for part in rest:
        name, behind = part.split("}", 1)
        parts += [hole(name), behind]
    return "".join(parts)
