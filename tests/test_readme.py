"""README.md says what the series contains and what it measured."""

import pathlib
import re

import pandas as pd
import pytest
from digits import mnist, series, workspace

README = (pathlib.Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
TOLERANCE = 0.003  # of the accuracy: other processors train slightly other networks


def table_rows(heading: str) -> list[list[str]]:
    """The cells of the first table under a second-level heading, without its header."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_map_lists_every_notebook_in_order():
    """A reader who looks for a notebook in README finds all of them, under their own titles and questions."""
    expected = [
        [step.number, f"[{step.title}](notebooks/{step.file_name})", step.question]
        for step in series.STEPS
    ]
    assert table_rows("The notebooks") == expected


def test_results_are_those_of_this_run(pytestconfig):
    """Numbers in README that no run gives any more would be the kind of claim that this series exists to end."""
    results = workspace.data_folder() / "results" / "05.csv"
    dataset = getattr(pytestconfig, "digits_dataset", None)
    if dataset is None or dataset.name != mnist.FULL_NAME or not results.exists():
        pytest.skip(
            "README's numbers are MNIST's, and the notebooks did not run on it just now (--nbval)"
        )
    measured = pd.read_csv(results).set_index("network")
    claimed = table_rows("Results")
    assert [row[0].split(" ")[0] for row in claimed] == list(measured.index)
    for name, _, images, parameters, accuracy, interval in claimed:
        row = measured.loc[name.split(" ")[0]]
        assert int(images.replace(",", "")) == row["images_trained_on"]
        assert int(parameters.replace(",", "")) == row["parameters"]
        low, high = (float(number) / 100 for number in re.findall(r"\d+\.\d+", interval))
        assert float(accuracy.removesuffix(" %")) / 100 == pytest.approx(
            row["test_accuracy"], abs=TOLERANCE
        )
        assert low == pytest.approx(row["accuracy_low"], abs=TOLERANCE)
        assert high == pytest.approx(row["accuracy_high"], abs=TOLERANCE)
