r"""Regular expressions that mean the same in RE2 (DuckDB) and in Java (Flink): parsed, checked, and written anew.

What the two read differently is rewritten (`.`, `$`, `\s`, `(?i)`) or refused (look-around, back references, `\b`,
Unicode classes). Java searches by trying: patterns on which it would run out of stack or of time are refused too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MAX_REPEAT = 1000
"""RE2 takes no greater number of repetitions."""
_MAX_PATHS = 10_000
_MAX_LOOPS = 6
_ENDLESS = 10**9
_CLASSES = {
    "d": (("0", "9"),),
    "w": (("0", "9"), ("A", "Z"), ("_", "_"), ("a", "z")),
    "s": (("\t", "\n"), ("\f", "\r"), (" ", " ")),
}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_QUANTIFIERS = {"*": (0, _ENDLESS), "+": (1, _ENDLESS), "?": (0, 1)}
_META = set("\\.[]{}()*+?^$|/-&~#\"'`@!%,:;<=>_ ")


class BadPattern(Exception):
    """The pattern is not one of those; the text says why."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A checked pattern.

    Attributes:
        text: as both engines take it.
        groups: for each capturing group whether it is inside a repetition.
        can_be_empty: whether it may match without any character.
    """

    text: str
    groups: tuple[bool, ...]
    can_be_empty: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a pattern.

    Attributes:
        text: as both engines take it.
        least: the fewest characters that match.
        most: the most.
        paths: in how many ways it can match, apart from the loops.
        loops: quantifiers without limit on one way through it; the time Java takes grows with the length of the string
            to that power.
    """

    text: str
    least: int
    most: int
    paths: int = 1
    loops: int = 0


Range = tuple[str, str]


def parse_pattern(pattern: str) -> Pattern:
    """Check a pattern.

    Raises:
        BadPattern: it does not mean the same on both engines, or is not safe.
    """
    return _Parser(pattern).parse()


class _Parser:
    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0
        self._any_case = False
        self._dot_all = False
        self._groups: list[tuple[int, int]] = []
        self._repeated: list[tuple[int, int]] = []

    def parse(self) -> Pattern:
        self._flags()
        piece = self._alternatives()
        if self._at < len(self._text):
            raise BadPattern("a `)` has no `(`")
        if piece.paths > _MAX_PATHS or piece.loops > _MAX_LOOPS:
            raise BadPattern("it can match in too many ways for Java to finish on long strings; make it simpler")
        inside = tuple(any(low < start and end <= high for low, high in self._repeated) for start, end in self._groups)
        return Pattern(piece.text, inside, piece.least == 0)

    def _flags(self) -> None:
        if not self._text.startswith("(?") or ")" not in self._text:
            return
        flags = self._text[2 : self._text.index(")")]
        if flags and set(flags) <= {"i", "s"}:
            self._any_case, self._dot_all = "i" in flags, "s" in flags
            self._at = len(flags) + 3

    def _peek(self) -> str:
        return self._text[self._at] if self._at < len(self._text) else ""

    def _take(self) -> str:
        if self._at >= len(self._text):
            raise BadPattern("it ends too early")
        self._at += 1
        return self._text[self._at - 1]

    def _alternatives(self) -> _Piece:
        branches = [self._sequence()]
        while self._peek() == "|":
            self._take()
            branches.append(self._sequence())
        if len(branches) == 1:
            return branches[0]
        return _Piece(
            "|".join(branch.text for branch in branches),
            min(branch.least for branch in branches),
            max(branch.most for branch in branches),
            min(_ENDLESS, sum(branch.paths for branch in branches)),
            max(branch.loops for branch in branches),
        )

    def _sequence(self) -> _Piece:
        pieces = []
        while self._peek() not in ("", "|", ")"):
            pieces.append(self._quantified())
        if not pieces:
            # DuckDB takes patterns apart before RE2 sees them, and reads nothing as something else.
            raise BadPattern("an empty alternative or group is read differently; write `(...)?` or a quantifier")
        paths = 1
        for piece in pieces:
            paths = min(_ENDLESS, paths * piece.paths)
        least, most = sum(piece.least for piece in pieces), sum(piece.most for piece in pieces)
        loops = sum(piece.loops for piece in pieces)
        return _Piece("".join(piece.text for piece in pieces), least, min(_ENDLESS, most), paths, loops)

    def _quantified(self) -> _Piece:
        start = self._at
        groups = len(self._groups)
        atom = self._atom()
        bounds = self._bounds()
        if bounds is None:
            return atom
        if atom.text in ("^", "\\z"):
            raise BadPattern("a quantifier after an anchor has no meaning")
        least, most, written = bounds
        if most > 1 and len(self._groups) > groups:
            self._repeated.append((start - 1, self._at))
        lazy = "?" if self._peek() == "?" else ""
        if lazy:
            self._take()
        if self._peek() in ("+", "*", "?", "{"):
            raise BadPattern("a quantifier after a quantifier means different things")
        paths, loops = _repeated(atom, least, most)
        longest = min(_ENDLESS, atom.most * most)
        return _Piece(atom.text + written + lazy, atom.least * least, longest, paths, loops)

    def _bounds(self) -> tuple[int, int, str] | None:
        sign = self._peek()
        if sign in _QUANTIFIERS:
            self._take()
            return (*_QUANTIFIERS[sign], sign)
        if sign != "{":
            return None
        end = self._text.find("}", self._at)
        low, comma, high = self._text[self._at + 1 : end].partition(",")
        if (
            end < 0
            or not low.isdecimal()
            or not (high.isdecimal() or not high)
            or not low.isascii()
            or not high.isascii()
        ):
            raise BadPattern("a `{` that starts no `{n}`, `{n,}` or `{n,m}` is written `\\{`")
        least = int(low)
        most = least if not comma else int(high) if high else _ENDLESS
        if least > most or least > MAX_REPEAT or (high and most > MAX_REPEAT):
            raise BadPattern(f"`{{n,m}}` needs n <= m <= {MAX_REPEAT}")
        written = self._text[self._at : end + 1]
        self._at = end + 1
        return least, most, written

    def _atom(self) -> _Piece:
        sign = self._take()
        match sign:
            case "(":
                return self._group()
            case "[":
                return _one(self._class())
            case ".":
                return _one("[\\x{0}-\\x{10FFFF}]" if self._dot_all else "[^\\n]")
            case "^":
                return _Piece("^", 0, 0)
            case "$":
                return _Piece("\\z", 0, 0)
            case "\\":
                return self._escape()
            case "*" | "+" | "?" | "{":
                raise BadPattern(f"`{sign}` has nothing to repeat")
            case "]" | "}":
                raise BadPattern(f"a `{sign}` on its own is written `\\{sign}`")
            case _:
                return _one(self._literal(sign))

    def _group(self) -> _Piece:
        start = self._at - 1
        captured = not self._text.startswith("?", self._at)
        if not captured:
            if not self._text.startswith("?:", self._at):
                raise BadPattern(
                    "of the groups that start with `(?` only `(?:...)` means the same, and `(?i)` in front"
                )
            self._at += 2
        number = len(self._groups)
        if captured:
            self._groups.append((start, start))
        piece = self._alternatives()
        if self._peek() != ")":
            raise BadPattern("a `(` has no `)`")
        self._take()
        if captured:
            self._groups[number] = (start, self._at)
        return _Piece(f"({'' if captured else '?:'}{piece.text})", piece.least, piece.most, piece.paths, piece.loops)

    def _escape(self) -> _Piece:
        sign = self._take()
        if sign == "A":
            return _Piece("^", 0, 0)
        if sign == "z":
            return _Piece("\\z", 0, 0)
        if sign.lower() in _CLASSES:
            return _one(_written_class(_CLASSES[sign.lower()], negated=sign.isupper()))
        return _one(self._literal(self._escaped(sign)))

    def _escaped(self, sign: str) -> str:
        """The character an escape stands for."""
        if sign in _CONTROLS:
            return _CONTROLS[sign]
        if sign == "x":
            return self._hex_escape()
        if sign.isascii() and not sign.isalnum():
            return sign
        raise BadPattern(f"`\\{sign}` does not mean the same on both engines")

    def _hex_escape(self) -> str:
        if self._peek() == "{":
            end = self._text.find("}", self._at)
            digits, self._at = self._text[self._at + 1 : end], end + 1
        else:
            digits, self._at = self._text[self._at : self._at + 2], self._at + 2
        try:
            return chr(int(digits, 16))
        except (ValueError, OverflowError):
            raise BadPattern("`\\x` needs two hexadecimal digits, or more in braces") from None

    def _literal(self, sign: str) -> str:
        if self._any_case and sign.isascii() and sign.isalpha():
            return f"[{sign.upper()}{sign.lower()}]"
        return _quoted(sign)

    def _class(self) -> str:
        negated = self._peek() == "^"
        if negated:
            self._take()
        ranges: list[Range] = []
        while not ranges or self._peek() != "]":
            ranges += self._class_item()
        self._take()
        if self._any_case:
            ranges += [found for low, high in ranges for found in _other_case(low, high)]
        return _written_class(tuple(ranges), negated=negated)

    def _class_item(self) -> tuple[Range, ...]:
        low = self._class_character()
        if isinstance(low, tuple):
            return low
        if self._peek() != "-" or self._text[self._at + 1 : self._at + 2] == "]":
            return ((low, low),)
        self._take()
        high = self._class_character()
        if isinstance(high, tuple) or high < low:
            raise BadPattern("a range in `[...]` needs a lower and a higher character")
        return ((low, high),)

    def _class_character(self) -> str | tuple[Range, ...]:
        sign = self._take()
        if sign == "[" or (sign == "&" and self._peek() == "&"):
            raise BadPattern(f"`{sign}` inside `[...]` is written `\\{sign}`")
        if sign == "]":
            raise BadPattern("`]` inside `[...]` is written `\\]`")
        if sign != "\\":
            return sign
        escaped = self._take()
        if escaped in _CLASSES:
            return _CLASSES[escaped]
        return self._escaped(escaped)


def _one(text: str) -> _Piece:
    return _Piece(text, 1, 1)


def _repeated(atom: _Piece, least: int, most: int) -> tuple[int, int]:
    """In how many ways a repetition can match, and its loops; refuses what overflows the stack of Java."""
    if most <= 1:
        return min(_ENDLESS, atom.paths + 1), atom.loops
    if atom.most == 0:
        raise BadPattern("a repeated group must match at least one character")
    if atom.paths == 1 and atom.least == atom.most:
        # A single character or a group of fixed length: Java loops over it without stack.
        return (1, 1) if most == _ENDLESS else (most - least + 1, 0)
    if most == _ENDLESS:
        raise BadPattern(
            "Java may run out of stack where a group with alternatives or of variable length repeats without limit; "
            "repeat one character or a class (`[ab]*`), or write a limit such as `{0,20}`"
        )
    return min(_ENDLESS, atom.paths ** min(most, 64)), min(_ENDLESS, atom.loops * most)


def _other_case(low: str, high: str) -> Iterator[Range]:
    for first, last in (("a", "z"), ("A", "Z")):
        start, end = max(low, first), min(high, last)
        if start <= end:
            yield start.swapcase(), end.swapcase()


def _written_class(ranges: tuple[Range, ...], *, negated: bool = False) -> str:
    parts = [_quoted(low) if low == high else f"{_quoted(low)}-{_quoted(high)}" for low, high in ranges]
    return f"[{'^' if negated else ''}{''.join(parts)}]"


def _quoted(sign: str) -> str:
    """A character as both engines take it, in a class and outside."""
    if sign < " " or sign == "\x7f":
        return f"\\x{ord(sign):02X}"
    return "\\" + sign if sign in _META and sign not in " _%,:;<=>!@#\"'`~/&" else sign
