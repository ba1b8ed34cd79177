"""The text forms of values a source may hold: regular expressions that mean the same in RE2 and in Java.

Only text of these forms is parsed; what the engines' own parsers accept beyond them differs (hexadecimal, underscores,
a trailing `d`, 30 February).
"""

from __future__ import annotations

from sqlfeat.language.types import DataType, Kind

_PATTERNS = {
    Kind.INT: "-?[0-9]{1,19}",
    Kind.BIGINT: "-?[0-9]{1,19}",
    Kind.DOUBLE: "[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,4})?",
    Kind.TIMESTAMP: "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?Z?",
    Kind.DATE: "[0-9]{4}-[0-9]{2}-[0-9]{2}",
}


def pattern_of(target: DataType) -> str:
    """The form of a value of the type, to be matched as a whole."""
    if target.kind is Kind.DECIMAL:
        whole, scale = max(1, target.precision - target.scale), target.scale
        return f"-?0*[0-9]{{1,{whole}}}([.][0-9]{{0,{scale}}}0*)?"
    return _PATTERNS[target.kind]
