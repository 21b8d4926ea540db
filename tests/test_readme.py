"""README.md and the pages in docs/ say what the series contains, how it is started, and what it measured."""

import re

import notebook_files
import pandas as pd
import pytest
from digits import results, series
from digits.basics import workspace
from digits.dataset import mnist
from notebook_files import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
RESULTS = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
PAGES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}
MOST_WORDS = 900  # of a door; what is more goes to docs/
TOLERANCE = 0.3  # points of accuracy: other processors train slightly other networks


def table_rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its header."""
    section = re.split(rf"^#+ {heading}$", text, flags=re.MULTILINE)[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


# ---------------------------------------------------------------- a door


def test_readme_is_short():
    """A visitor would leave before the first command."""
    assert len(README.split()) <= MOST_WORDS


def test_readme_shows_one_picture_before_all_else():
    """A visitor would read a wall of words, or scroll through figures without knowing what they are about."""
    assert len(re.findall(r"!\[", README)) == 1
    (alternative,) = re.findall(r"!\[([^\]]+)\]\(figures/", README.split("\n## ")[0])
    assert len(alternative) >= 40


def test_first_commands_are_the_series_and_its_quick_mode():
    """Somebody in a hurry would wait for twenty minutes, not knowing that a minute or two can do."""
    commands = re.findall(r"^    (\S.*)$", README, re.MULTILINE)
    assert commands == [
        "pip install -r requirements.txt && python notebooks/run_all.py",
        "python notebooks/run_all.py --sample",
        "pip install -r tests/requirements.txt && pytest --nbval -n 2",
        "python notebooks/draw.py",
    ]


def test_every_page_is_in_the_index_and_most_are_in_the_readme():
    """A page would be written and never found."""
    others = PAGES.keys() - {"README.md"}
    assert others and all(f"]({name})" in PAGES["README.md"] for name in others)
    assert "](docs/README.md)" in README
    for name in (
        "results.md",
        "troubleshooting.md",
        "classroom.md",
        "several-machines.md",
        "speed.md",
    ):
        assert f"](docs/{name})" in README


@pytest.mark.parametrize("name", sorted(PAGES))
def test_page_has_one_title_and_a_way_back(name):
    """A reader who came by a search would not know what the page is about, or where it belongs."""
    titles = re.findall(r"^# (.+)$", PAGES[name], re.MULTILINE)
    assert len(titles) == 1 and PAGES[name].startswith(f"# {titles[0]}\n")
    assert ("](README.md)" if name != "README.md" else "](../README.md)") in PAGES[name]


COMMAND = re.compile(r"python (?:notebooks|benchmarks)/(\w+\.py)((?: [^`\n,)]*)?)")


@pytest.mark.parametrize("name", ["README.md", *sorted(PAGES)])
def test_commands_exist_with_the_options_that_are_shown(name):
    """A reader would type a command and be told that there is no such option."""
    text = README if name == "README.md" else PAGES[name]
    for program, rest in COMMAND.findall(text):
        (path,) = [*ROOT.glob(f"notebooks/{program}"), *ROOT.glob(f"benchmarks/{program}")]
        for option in re.findall(r"--[\w-]+", rest):
            assert f'"{option}"' in path.read_text(encoding="utf-8"), f"{program} {option}"


# ---------------------------------------------------------------- the notebooks and the results


def test_map_lists_every_notebook_in_order():
    """A reader who looks for a notebook in README finds all of them, under their own titles and questions."""
    expected = [
        [step.number, f"[{step.title}](notebooks/{step.file_name})", step.question]
        for step in series.STEPS
    ]
    assert table_rows(README, "The notebooks") == expected


def test_results_are_those_that_the_notebooks_store():
    """The page and the notebook that it sends its reader to would show two different numbers."""
    percentage = r"(\d+\.\d+)%"
    row = re.compile(
        rf"^(\S+)\s+(?:[\d,-]+\s+)*{percentage}\s+{percentage}\s+{percentage}", re.MULTILINE
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
    for name, *_, mean, span in table_rows(RESULTS, "Results"):
        claimed = (mean.removesuffix(" %"), *re.findall(r"\d+\.\d+", span))
        assert stored[name.split(" ")[0]] == {claimed}, name


def test_results_are_those_of_this_run(pytestconfig):
    """Numbers that no run gives any more would be the kind of claim that this series exists to end."""
    names = [name for step in series.STEPS for name in step.writes if name.startswith("results/")]
    files = [workspace.data_folder() / name for name in names]
    files_there = [file for file in files if file.exists()]
    dataset = getattr(pytestconfig, "digits_dataset", None)
    if dataset is None or dataset.name != mnist.FULL_NAME or not files_there:
        pytest.skip(
            "These numbers are MNIST's, and the notebooks did not run on it just now (--nbval)"
        )
    tables = pd.concat([pd.read_csv(file) for file in files_there])
    runs = tables.groupby("network", sort=False)
    claimed = table_rows(RESULTS, "Results")
    networks = [row[0].split(" ")[0] for row in claimed]
    # One notebook may have run alone; its networks are then compared.
    assert [name for name in networks if name in runs.groups] == list(runs.groups)
    assert len(files_there) < len(files) or len(networks) == len(runs.groups)
    for name, _, images, parameters, count, mean, span in claimed:
        if name.split(" ")[0] not in runs.groups:
            continue
        measured = runs.get_group(name.split(" ")[0])
        assert set(measured["images_trained_on"]) == {int(images.replace(",", ""))}
        assert set(measured["parameters"]) == {int(parameters.replace(",", ""))}
        assert len(measured) == int(count)
        accuracies = 100 * measured["test_accuracy"]
        lowest, highest = (float(number) for number in re.findall(r"\d+\.\d+", span))
        assert float(mean.removesuffix(" %")) == pytest.approx(accuracies.mean(), abs=TOLERANCE)
        assert lowest == pytest.approx(accuracies.min(), abs=TOLERANCE)
        assert highest == pytest.approx(accuracies.max(), abs=TOLERANCE)


def test_records_are_those_of_the_experiment():
    """The page and README would promise what no run reached."""
    table = results.experiment("records")
    is_vote = table["runs"] == "vote"
    votes = table[is_vote].set_index("network")
    runs = table[~is_vote].groupby("network", sort=False)
    claimed = table_rows(RESULTS, "Records for two cores")
    assert [row[0] for row in claimed] == list(votes.index)
    for name, _, parameters, mean, span, vote in claimed:
        assert int(parameters.replace(",", "")) == votes.loc[name, "parameters"]
        assert int(vote) == votes.loc[name, "test_errors"]
        if name not in runs.groups:  # a vote of different networks
            assert mean == span == "–"
            continue
        of_runs = runs.get_group(name)
        assert set(of_runs["parameters"]) == {votes.loc[name, "parameters"]}
        accuracies = 100 * of_runs["test_accuracy"]
        assert mean == f"{accuracies.mean():.2f} %"
        assert span == f"{accuracies.min():.2f} to {accuracies.max():.2f} %"
    for name in ("tiny-10k", "conv-4"):
        of_runs = runs.get_group(name)
        parameters, mistakes = of_runs["parameters"].iloc[0], of_runs["test_errors"].mean()
        assert f"{mistakes:.0f} with {parameters:,}" in README
    strongest = runs.get_group("conv-4")
    assert strongest["test_errors"].mean() == runs["test_errors"].mean().min()


def test_ladder_is_that_of_the_full_table():
    """README would promise fewer mistakes than the page that it links to, from other runs."""
    full = {row[0].split(" ")[0]: row for row in table_rows(RESULTS, "Results")}
    ladder = table_rows(README, "Results")
    assert [row[0].split(" ")[0] for row in ladder] == [
        "baseline-softmax",
        "D-hidden",
        "own",
        "deep",
        "conv",
    ]
    for name, mistakes, runs, adds in ladder:
        *_, count, mean, _ = full[name.split(" ")[0]]
        assert abs(int(mistakes) - 100 * (100 - float(mean.removesuffix(" %")))) <= 1.01  # rounded
        assert runs == count and adds
    best = ladder[-1][1]
    assert f"misreads {best} of MNIST's 10,000 test images" in README


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
