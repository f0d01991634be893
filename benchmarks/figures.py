"""The figures: one line of JSON each, and a table of what was measured beside what was meant."""

import json
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured value; a ratio says how many times the figure it is compared with."""

    name: str
    value: float
    unit: str
    ratio_to: str | None = None
    ratio: float | None = None

    def line(self) -> str:
        """The figure as a line of JSON."""
        return json.dumps(
            {
                "name": self.name,
                "value": _rounded(self.value),
                "unit": self.unit,
                "ratio_to": self.ratio_to,
                "ratio": _rounded(self.ratio) if self.ratio is not None else None,
            }
        )


@dataclass(frozen=True)
class Goal:
    """What a figure, or its ratio to another, is to be at most or at least."""

    name: str
    ratio_to: str | None = None
    at_most: float | None = None
    at_least: float | None = None
    # What is not judged is shown beside the bound, for whoever wants to know.
    judged: bool = True

    def is_met(self, measured: float) -> bool:
        """Whether a measured value is good enough."""
        return (self.at_most is None or measured <= self.at_most) and (
            self.at_least is None or measured >= self.at_least
        )


class Figures:
    """All figures of a run, said as they come."""

    def __init__(self) -> None:
        self.all: list[Figure] = []

    def say(self, name: str, value: float, unit: str, ratio_to: str | None = None, base: float | None = None) -> None:
        """Say a figure; `base` is the value that it is compared with."""
        ratio = value / base if base else None
        figure = Figure(name, value, unit, ratio_to if ratio is not None else None, ratio)
        self.all.append(figure)
        print(figure.line(), flush=True)

    def measured(self, goal: Goal) -> float | None:
        """What was measured for a goal, if it was."""
        for figure in self.all:
            if figure.name == goal.name and figure.ratio_to == goal.ratio_to:
                return figure.value if goal.ratio_to is None else figure.ratio
        return None


def table(figures: Figures, goals: Sequence[Goal]) -> str:
    """Goals beside what was measured; what was missed says so."""
    rows = [("figure", "compared with", "goal", "measured", "")]
    for goal in goals:
        measured = figures.measured(goal)
        if measured is None:
            continue
        meant = f"<= {goal.at_most:g}" if goal.at_most is not None else f">= {goal.at_least:g}"
        verdict = "" if goal.is_met(measured) else "MISSED" if goal.judged else "beyond"
        rows.append((goal.name, goal.ratio_to or "", meant, f"{_rounded(measured):g}", verdict))
    if len(rows) == 1:
        return ""
    widths = [max(len(row[place]) for row in rows) for place in range(5)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    missed = sum(row[4] == "MISSED" for row in rows)
    beyond = sum(row[4] == "beyond" for row in rows)
    return "\n".join([*lines, f"{len(rows) - 1} bounds: {missed} missed; {beyond} of what is not judged lies beyond"])


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
