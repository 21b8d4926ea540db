"""README.md says what the series contains and what it measured."""

import pathlib
import re

import notebook_files
import pandas as pd
import pytest
from digits import mnist, series, workspace

README = (pathlib.Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
TOLERANCE = 0.3  # points of accuracy: other processors train slightly other networks


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


def test_results_are_those_that_the_notebooks_store():
    """README and the notebook that it sends its reader to would show two different numbers."""
    percentage = r"(\d+\.\d+)%"
    row = re.compile(
        rf"^(\S+)\s+(?:\d+\s+)*{percentage}\s+{percentage}\s+{percentage}", re.MULTILINE
    )
    stored: dict[str, set] = {}
    for step in series.STEPS:
        outputs = [
            text
            for cell in notebook_files.code_cells(step)
            for text in notebook_files.textual_outputs(cell)
            if re.search(r"\bmean +lowest +highest\b", text)
        ]
        for name, *numbers in row.findall("\n".join(outputs)):
            stored.setdefault(name, set()).add(tuple(numbers))
    for name, *_, mean, span in table_rows("Results"):
        claimed = (mean.removesuffix(" %"), *re.findall(r"\d+\.\d+", span))
        assert stored[name.split(" ")[0]] == {claimed}, name


def test_results_are_those_of_this_run(pytestconfig):
    """Numbers in README that no run gives any more would be the kind of claim that this series exists to end."""
    names = [name for step in series.STEPS for name in step.writes if name.startswith("results/")]
    files = [workspace.data_folder() / name for name in names]
    files_there = [file for file in files if file.exists()]
    dataset = getattr(pytestconfig, "digits_dataset", None)
    if dataset is None or dataset.name != mnist.FULL_NAME or not files_there:
        pytest.skip(
            "README's numbers are MNIST's, and the notebooks did not run on it just now (--nbval)"
        )
    results = pd.concat([pd.read_csv(file) for file in files_there])
    runs = results.groupby("network", sort=False)
    claimed = table_rows("Results")
    networks = [row[0].split(" ")[0] for row in claimed]
    # One notebook may have run alone; its networks are then compared.
    assert [name for name in networks if name in runs.groups] == list(runs.groups)
    assert len(files_there) < len(files) or len(networks) == len(runs.groups)
    for name, _, images, parameters, count, mean, span in claimed:
        if name.split(" ")[0] not in runs.groups:
            continue
        measured = runs.get_group(name.split(" ")[0])
        assert set(measured["images_trained_on"]) == {int(images.replace(",", ""))}
        if name != "tuned":  # on another processor the search may end with another network
            assert set(measured["parameters"]) == {int(parameters.replace(",", ""))}
        assert len(measured) == int(count)
        accuracies = 100 * measured["test_accuracy"]
        lowest, highest = (float(number) for number in re.findall(r"\d+\.\d+", span))
        assert float(mean.removesuffix(" %")) == pytest.approx(accuracies.mean(), abs=TOLERANCE)
        assert lowest == pytest.approx(accuracies.min(), abs=TOLERANCE)
        assert highest == pytest.approx(accuracies.max(), abs=TOLERANCE)


def test_results_have_the_documented_columns(pytestconfig):
    """Whoever reads results/NN.csv finds each column explained in data/README.md, and no other."""
    documented = notebook_files.documented_columns()
    folder = workspace.data_folder()
    found = [*folder.glob("results/*.csv"), *folder.glob("sample/results/*.csv")]
    if not found:
        pytest.skip("no notebook has written results just now (--nbval)")
    for path in found:
        table = pd.read_csv(path)
        assert list(table.columns) == documented
        assert not table.duplicated(["network", "seed"]).any()
