"""Columns side by side in a terminal, where a Chinese character takes two cells."""

import unicodedata
from collections.abc import Iterator, Sequence

# What must not stand at the beginning of a line.
_CLOSING = "，。、；：！？）》」』”’,.;:!?)"


def cells(text: str) -> int:
    """How many cells of a terminal a text takes."""
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def padded(text: str, width: int) -> str:
    """The text, filled up with blanks to a width in cells."""
    return text + " " * (width - cells(text))


def wrapped(text: str, width: int) -> list[str]:
    """The lines of a text, none wider than `width` cells unless a single piece is; Chinese breaks anywhere."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph):
            if line and cells(line) + cells(piece.rstrip()) > width:
                lines.append(line.rstrip())
                line = piece.lstrip()
            else:
                line += piece
        lines.append(line.rstrip())
    return lines


def _pieces(text: str) -> Iterator[str]:
    """What is kept together: words with the blank behind them, and single wide characters with closing marks."""
    piece = ""
    for character in text:
        breaks = piece and (piece.endswith(" ") or _cells(piece[-1]) == 2 or _cells(character) == 2)
        if breaks and character not in _CLOSING and character != " ":
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def row(columns: Sequence[str], widths: Sequence[int], gap: str = "  ") -> list[str]:
    """One row of a table, each column wrapped in its own width."""
    wraps = [wrapped(text, width) for text, width in zip(columns, widths, strict=True)]
    height = max(len(lines) for lines in wraps)
    return [
        gap.join(
            padded(lines[index] if index < len(lines) else "", width)
            for lines, width in zip(wraps, widths, strict=True)
        ).rstrip()
        for index in range(height)
    ]
