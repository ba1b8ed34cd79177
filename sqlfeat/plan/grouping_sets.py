"""GROUP BY as the list of its groupings: one, or those of GROUPING SETS, ROLLUP and CUBE."""

from __future__ import annotations

from itertools import chain, combinations

from sqlglot import exp

Keys = tuple[exp.Expr, ...]


def groupings_of(group: exp.Expr | None) -> list[Keys]:
    """The keys of each grouping, as the standard multiplies several of them."""
    found: list[Keys] = [()]
    for node in group.expressions if group is not None else ():
        found = [(*keys, *more) for keys in found for more in _groupings(node)]
    return found


def _groupings(node: exp.Expr) -> list[Keys]:
    match node:
        case exp.GroupingSets():
            return [keys for item in node.expressions for keys in _groupings(item)]
        case exp.Rollup():
            parts = [_keys(item) for item in node.expressions]
            return [_joined(parts[:count]) for count in range(len(parts), -1, -1)]
        case exp.Cube():
            parts = [_keys(item) for item in node.expressions]
            sizes = range(len(parts), -1, -1)
            return [_joined(chosen) for size in sizes for chosen in combinations(parts, size)]
        case _:
            return [_keys(node)]


def _keys(node: exp.Expr) -> Keys:
    if isinstance(node, exp.Paren):
        return _keys(node.this)
    return tuple(node.expressions) if isinstance(node, exp.Tuple) else (node,)


def _joined(parts: list[Keys] | tuple[Keys, ...]) -> Keys:
    return tuple(chain.from_iterable(parts))
