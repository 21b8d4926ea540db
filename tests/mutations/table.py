"""The table of mutations in this folder's README.md: read, compared, and written from the last run."""

import os
import pathlib
import tempfile

from mutations import KINDS, MUTATIONS
from planting import Mutation

PAGE = pathlib.Path(__file__).with_name("README.md")
_HEADER = "| mutation | kind | what is planted | where | caught by |"
NOT_CAUGHT = "**nothing**"
NOT_RUN = "not run yet"


def rows() -> dict[str, list[str]]:
    """The cells of each row of the written table, by the mutation's name."""
    lines = PAGE.read_text(encoding="utf-8").split(_HEADER)[1].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line]
    return {row[0]: row for row in cells}


def row(mutation: Mutation, caught_by: str) -> list[str]:
    """The cells of a mutation's row; a bar would end a cell."""
    cells = [mutation.name, KINDS[mutation.name], mutation.plants, mutation.where, caught_by]
    return [cell.replace("|", "/") for cell in cells]


class TableWriter:
    """A plugin of pytest that writes into the table what caught each mutation, from all processes, as it comes."""

    def __init__(self):
        self.caught_by: dict[str, str] = {}

    def pytest_runtest_logreport(self, report):
        """Write what a test of a mutation found."""
        properties = dict(report.user_properties)
        if report.when == "call" and "mutation" in properties:
            self.caught_by[properties["mutation"]] = properties["caught_by"] or NOT_CAUGHT
            self._write()

    def _write(self) -> None:
        """Write the table; mutations that were not run now keep what stands there."""
        before = {name: cells[-1] for name, cells in rows().items()}
        lines = [_HEADER, "| --- | --- | --- | --- | --- |"]
        for mutation in MUTATIONS:
            caught_by = self.caught_by.get(mutation.name) or before.get(mutation.name, NOT_RUN)
            lines.append(f"| {' | '.join(row(mutation, caught_by))} |")
        prose = PAGE.read_text(encoding="utf-8").split(_HEADER)[0]
        handle, name = tempfile.mkstemp(dir=PAGE.parent, prefix=".writing-")
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(prose + "\n".join(lines) + "\n")
        os.chmod(name, PAGE.stat().st_mode)
        os.replace(name, PAGE)
