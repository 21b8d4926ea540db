"""The mutations still fit the series, and the table tells what they are; quick, and part of every run."""

import table
from mutations import BY_KIND, MUTATIONS
from planting import why_not_applicable


def test_every_mutation_can_still_be_planted():
    """A mutation whose place was rewritten would be planted nowhere, and nobody would know that it is not caught."""
    names = [mutation.name for mutation in MUTATIONS]
    assert len(names) == len(set(names)) >= 100
    assert all(len(mutations) >= 10 for mutations in BY_KIND.values())
    assert not [reason for reason in map(why_not_applicable, MUTATIONS) if reason]


def test_table_lists_exactly_the_mutations():
    """A reader of the table would believe in a guard that is not there, or miss one (write it: --write-table)."""
    written = table.rows()
    expected = [table.row(mutation, "")[:-1] for mutation in MUTATIONS]
    assert [cells[:-1] for cells in written.values()] == expected
    uncaught = {
        name
        for name, cells in written.items()
        if cells[-1] in ("", table.NOT_CAUGHT, table.NOT_RUN)
    }
    assert not uncaught, "a survivor needs a better check, and a new row needs a run"
