"""Compare measured figures with pinned floors: a figure below its floor closes the gate."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from assistant.errors import QuestionSetError


def read_floors(path: Path, name: str) -> dict[str, float]:
    """Return the floors of the set called `name`.

    Raises:
        QuestionSetError: the file cannot be read or has no floors for the set.
    """
    try:
        floors = json.loads(path.read_text("utf-8"))[name]["floors"]
        return {str(measure): float(floor) for measure, floor in floors.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise QuestionSetError(f"{path} cannot be read: {error}", "give a file of floors such as tests/floors.json") from error
    except KeyError as error:
        raise QuestionSetError(f"{path} has no floors for {name!r}", "add them, or leave --gate out") from error


def below_floors(figures: Mapping[str, float], floors: Mapping[str, float]) -> list[str]:
    """Return one line for every figure that lies below its floor or was not measured."""
    return [
        f"{measure} is {figures.get(measure, 0.0):.3f}, below its floor {floor:.3f}"
        for measure, floor in floors.items()
        if figures.get(measure, 0.0) < floor
    ]
