"""The benchmarks run to their end and write a table that says what it says. Their numbers are nobody's test."""

import json
import platform
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from copies import import_script
from digits import series

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

import cost
import goals
import measurements
import report
import workers
from growth_report import Line
from tables import epochs_of, grouped, spread
from training_report import LABELS

BENCHMARKS = Path(report.__file__).parent
MACHINE = {
    "processor": "A processor",
    "cores": 2,
    "memory_gib": 24,
    "system": "Linux",
    "python": "3.11",
    "blas": "openblas (Zen kernels)",
    "tensorflow": "2.21",
    "numpy": "2",
}
PROCESS = {"process_seconds": 9.0, "peak_mib": 2048.0}


@pytest.fixture(scope="module")
def benchmark():
    """benchmarks/run.py as a module."""
    return import_script(BENCHMARKS / "run.py")


@pytest.fixture
def run(benchmark, monkeypatch):
    """A function like benchmarks/run.py's command line, in this process."""

    def call(*arguments: str) -> None:
        monkeypatch.setattr(sys, "argv", ["run.py", *arguments])
        benchmark.main()

    return call


class MeasuredHere:
    """Stands in for workers.measure, in this process: importing TensorFlow is what takes a toy most of its time.

    In processes of their own run the first of the contenders that sets TensorFlow up in a way of its own, and the
    first measurement of growth. Few pictures are read.
    """

    def __init__(self):
        self.in_own_process: list[str] = []

    def __call__(self, script: str, **options) -> dict:
        name = Path(script).stem
        kind = options.get("contender", name)
        if kind in ("series_best", "growth") and kind not in self.in_own_process:
            self.in_own_process.append(kind)
            return workers.measure(script, **options)
        module = import_script(Path(script))
        module.PICTURES = 3
        found = module.run(**json.loads(json.dumps(options)))
        return {**json.loads(json.dumps(found)), **PROCESS}


def tables_in(text: str) -> list[list[list[str]]]:
    """The cells of each Markdown table, without the line below the headers."""
    tables = re.findall(r"(?m)(?:^\|.*\|\n?)+", text)
    cells = [
        [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in table.splitlines()]
        for table in tables
    ]
    return [[rows[0], *rows[2:]] for rows in cells]


def first_number(cell: str) -> float:
    """The median in a cell that tells a range as well."""
    return float(cell.split()[0].replace(",", ""))


def test_short_times_do_not_read_as_nothing():
    """A contender that needs half a millisecond would seem to need no time."""
    assert spread([0.00043, 0.0004, 0.0012], 3) == "0.0004 (0.0004–0.0012)"
    assert spread([0.0123, 0.0004, 1234.5], 3) == "0.012 (0.000–1,234.500)"
    assert spread([0, 0, 0]) == "0.00 (0.00–0.00)" and spread([]) == "–"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_toy_run_writes_a_report(home, tmp_path, benchmark, run, monkeypatch):
    """A few hundred images, one repetition, all sections, with real processes where these are fast enough."""
    import ways_keras
    from digits.training import backend

    assert backend.tf, "set up before a contender does it"
    folder, measure = tmp_path / "report", MeasuredHere()
    monkeypatch.setattr(benchmark, "measure", measure)
    monkeypatch.setattr(ways_keras, "use_both_cores", lambda: None)  # too late in this process
    begun = nbformat.read(series.step("01").notebook, as_version=4)
    begun.cells = begun.cells[:5]  # the setup cell among them
    nbformat.write(begun, tmp_path / "begun.ipynb")
    shutil.copytree(series.step("01").notebook.parent / "digits", tmp_path / "digits")
    monkeypatch.setattr(series.Step, "notebook", tmp_path / "begun.ipynb")
    run("--toy", "--into", str(folder))
    assert measure.in_own_process == ["series_best", "growth"]
    text = (folder / "RESULTS.md").read_text(encoding="utf-8")
    (
        reached,
        training,
        published,
        accuracy,
        growth,
        asked,
        pictures,
        kept,
        notebooks,
    ) = tables_in(text)
    assert all(len(row) == len(table[0]) for table in tables_in(text) for row in table)
    assert [row[2] for row in reached[1:]] and {row[2] for row in reached[1:]} <= {
        "reached",
        "**missed**",
    }
    assert training[0][0] == "contender" and "test accuracy, %" in training[0]
    assert [row[:2] for row in training[1:]] == [
        [LABELS[name], "32"]
        for name in ("keras_default", "series_fit", "floor", "floor_side_by_side")
    ]
    assert [row[0] for row in published[1:]] == ["A-baseline"]
    assert [row[0] for row in kept[1:]] == ["memory", "a file (SQLite)", "a journal"]
    assert [(row[1], row[3]) for row in accuracy[1:]] == [
        ("784-512-10", "98 %"),
    ]
    assert [row[:3] for row in growth[1:]] == [
        ["600", "50", "in memory"],
        ["2,400", "100", "in memory"],
        ["2,400", "100", "streamed"],
    ]
    assert [row[0] for row in notebooks[1:]] == ["01", "01, networks kept"]
    assert len(asked) == 1 + 4 and len(pictures) == 1 + 2
    for table, column in (
        (training, 2),
        (published, 2),
        (asked, 2),
        (pictures, 2),
        (kept, 1),
        (notebooks, 4),
    ):
        assert all(first_number(row[column]) > 0 for row in table[1:]), table
    assert "600 training images, 2 epochs" in text, "a toy's report says that it is one"
    written = {path.name for path in folder.iterdir()}
    assert written == {"RESULTS.md", "results.json", "epochs.png", "growth.png"}
    assert all((folder / name).stat().st_size > 5_000 for name in ("epochs.png", "growth.png"))
    measured = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert platform.node() not in json.dumps(measured["machine"])
    assert all(row["seconds"] > 0 for row in measured["growth"])
    assert report.text_of(measured) == text


def test_toy_does_not_replace_what_was_measured(home):
    """Run as a user does, from another folder than its own."""
    before = (BENCHMARKS / "RESULTS.md").read_bytes()
    command = [sys.executable, str(BENCHMARKS / "run.py"), "--toy"]
    finished = subprocess.run(command, capture_output=True, text=True, cwd=Path(sys.prefix))
    assert finished.returncode == 2 and "--toy needs --into" in finished.stderr
    assert (BENCHMARKS / "RESULTS.md").read_bytes() == before


def test_another_computers_numbers_are_not_mixed_in(tmp_path, capsys):
    """The report would compare two computers, and say that it is about one."""
    file, nothing = tmp_path / "results.json", {"format": measurements.FORMAT, "machine": MACHINE}
    assert measurements.read(file, MACHINE) == nothing
    measurements.write({**nothing, "growth": [{"seconds": 1.23456789}]}, file)
    assert measurements.read(file, MACHINE) == {**nothing, "growth": [{"seconds": 1.23457}]}
    assert not capsys.readouterr().out
    slower_kernels = {**MACHINE, "blas": "openblas (Haswell kernels)"}
    assert measurements.read(file, slower_kernels) == {**nothing, "machine": slower_kernels}
    assert "begun anew" in capsys.readouterr().out
    measurements.write({**nothing, "format": 0, "growth": [{"milliseconds": 1}]}, file)
    assert measurements.read(file, MACHINE) == nothing, "an older benchmark wrote other columns"


def test_unknown_section_is_told(home, tmp_path, run, capsys):
    with pytest.raises(SystemExit) as ended:
        run("--into", str(tmp_path), "trainnig")
    assert ended.value.code == 2
    assert "there is no section trainnig" in capsys.readouterr().err
    assert not (tmp_path / "RESULTS.md").exists()


@pytest.mark.parametrize("script", ["contenders", "inference", "notebook_times", "searching"])
def test_script_of_measurements_measures_what_it_is_told(home, script):
    """Run by itself, it hands its options on; an option that is wrong is told, with the script's own words."""
    with pytest.raises(RuntimeError, match="unexpected keyword argument 'no_such_way'"):
        workers.measure(str(BENCHMARKS / f"{script}.py"), no_such_way=1)


def trainings(seconds_of: dict[tuple[str, int], float]) -> list[dict]:
    """Measurements of section training: three epochs of each contender, the first of which takes five seconds."""
    return [
        {
            "contender": contender,
            "batch_size": batch_size,
            "seconds": [5.0, epoch, epoch],
            "accuracy": None if contender.startswith("floor") else 0.97,
            "images": 60_000,
            "epochs": 3,
            "width": 300,
            **PROCESS,
        }
        for (contender, batch_size), epoch in seconds_of.items()
    ]


MEASURED = {
    "machine": MACHINE,
    "training": trainings(
        {
            ("keras_default", 32): 3.0,
            ("floor", 32): 0.5,
            ("floor_side_by_side", 32): 0.25,
            ("floor_with_adam_side_by_side", 32): 0.25,
            ("series_repeats", 32): 0.75,
            ("jax_vmap", 32): 0.5,
            ("keras_default", 128): 2.0,
            ("series_fit", 128): 1.0,
            ("series_fit_on_both", 128): 0.5,
            ("jax_scan", 128): 0.6,
            ("floor", 128): 0.25,
            ("floor_with_adam", 128): 0.25,
            ("series_best", 64): 1.0,
        }
    ),
    "published": [
        {"contender": contender, "key": key, "seconds": seconds, "accuracy": 0.97}
        for contender, key, seconds in (
            ("published", "B", [2.0, 4.0]),
            ("published", "E", [1.0, 1.0]),
            ("published_by_series", "B", [1.0, 0.5]),
            ("published_by_series", "E", [0.25, 0.25]),
        )
    ],
    "accuracy": [
        {
            "network": "dense",
            "contender": "series_fit",
            "width": 100,
            "batch_size": 32,
            "epochs": 15,
            "target": target,
            "reached": reached,
        }
        for target, reached in (
            (0.97, {"epochs": 4, "training_seconds": 6.5, "since_start": 12.5}),
            (0.98, None),
        )
    ],
    "growth": [
        {"images": images, "width": width, "streamed": streamed, "seconds": seconds, **PROCESS}
        for images, width, streamed, seconds in (
            (600, 100, False, 2.0),
            (1200, 100, False, 4.0),
            (600, 100, True, 2.0),
            (600, 200, False, 4.0),
            (600, 50, False, 1.0),
            (600, 50, False, 1.5),
        )
    ],
    "inference": [
        {
            "ways": {"a way": {"images_per_second": 123456.0 + 1000 * turn, "one_ms": 0.5}},
            "pictures": {"a drawing": {"prepare_ms": 11.2, "read_ms": 12.0}},
            "image_ms": 0.75,
            "browser_ms": 2.5,
            "web": {
                "network": "conv",
                "visitors": 32,
                "drawings": 2000,
                "alone_ms": {"median": 16.5, "within": 21.0},
                "together_ms": {"median": 385.0, "within": 500.0},
                "per_second": 82.0,
            },
        }
        for turn in range(3)
    ],
    "searching": [
        {"workers": None, "trials": 50, "storage": "journal", "ms_per_trial": 55.0},
        {"workers": 2, "trials": 16, "storage": None, "per_minute": 31.5},
    ],
    "notebooks": [
        {"number": number, "kept": kept, "kernel": kernel, "imports": 2 * kernel, "work": work}
        | PROCESS
        for number, kept, kernel, work in (
            ("01", False, 2.0, 8.5),
            ("02", False, 2.0, 3.0),
            ("01", True, 2.0, 0.5),
            ("all", False, 0.0, 17.0),
            ("all", True, 0.0, 95.0),
        )
    ],
    "cost": [
        {"network": "own", "parameters": 1000, "epochs": 20, "images": 60_000, "seconds": seconds}
        for seconds in (9.0, 7.04, 7.5)
    ],
}


def test_report_of_all_sections(tmp_path):
    """Every number of the measurements that a reader wants stands in its table."""
    report.write(MEASURED, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"RESULTS.md", "epochs.png", "growth.png"}
    text = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    _, training, published, accuracy, growth, *others = tables_in(text)
    asked, pictures, kept, searched, notebooks, costs = others
    assert "2 cores, 24 GiB of memory" in text and "openblas (Zen kernels)" in text
    assert training[1][2:5] == ["3.000 (3.000–3.000)", "1.0", "6.0"]
    of = {tuple(row[:2]): row[2:] for row in training[1:]}
    beside, fit = of[LABELS["floor_side_by_side"], "32"], of[LABELS["series_fit"], "128"]
    assert beside[1:3] == ["12.0", "1.0"] and beside[-1] == "–"
    for name, times in (("series_repeats", ["4.0", "3.0"]), ("jax_vmap", ["6.0", "2.0"])):
        assert of[LABELS[name], "32"][1:3] == times, "runs side by side have a floor of their own"
    assert fit[1:3] == ["2.0", "4.0"], "compared with Keras and the floor at its batch size"
    assert [row[:4] for row in published[1:]] == [
        ["B", "6.0 (6.0–6.0)", "1.5 (1.5–1.5)", "0.25"],
        ["E", "2.0 (2.0–2.0)", "0.5 (0.5–0.5)", "0.25"],
    ]
    assert "All together take 8 s as published and 2 s by the series." in text
    assert kept[1:] == [["a journal", "55.0 (55.0–55.0)"]]
    assert searched[1:] == [["2", "16", "31.5 (31.5–31.5)"]]
    assert "takes 0.75 (0.75–0.75) ms for one image, and 2.50 (2.50–2.50) ms in a browser." in text
    assert "trains to 97.00 (97.00–97.00) % test accuracy in 7.00 (7.00–7.00) s" in text
    assert [row[3:] for row in accuracy[1:]] == [
        ["97 %", "1 of 1", "15", "4 (4–4)", "6.5 (6.5–6.5)", "12.5 (12.5–12.5)"],
        ["98 %", "0 of 1", "15", "–", "–", "–"],
    ]
    assert growth[-1] == ["600", "50", "in memory", "1.25 (1.00–1.50)", "2,048"]
    assert "In memory, 2 times the images takes 2.0 times as long and 1.0 times the memory." in text
    assert "In memory, 4 times the width takes 3.2 times as long" in text
    assert "a straight line misses no point by more than" in text
    assert "With 600 images, streaming takes 1.0 times as long" in text
    assert "and needs 100 % of the memory" in text
    assert asked[1] == ["a way", "124,456 (123,456–125,456)", "0.50 (0.50–0.50)"]
    assert pictures[1][1:] == ["11.2 (11.2–11.2)", "12.0 (12.0–12.0)"]
    assert "16.5 (16.5–16.5) ms (99 % within 21 (21–21) ms)" in text
    assert "2,000 drawings: no error, 82 (82–82) answers per second" in text
    assert [row[:5] for row in notebooks[1:]] == [
        ["01", "2.0", "4.0", "8.5", "14.5"],
        ["01, networks kept", "2.0", "4.0", "0.5", "6.5"],
        ["02", "2.0", "4.0", "3.0", "9.0"],
    ]
    assert "All together take 24 s, and 6 s" in text
    assert "takes 17 and 95 s." in text
    assert costs[1:] == [["own", "1,000", "20", "7.5 (7.0–9.0)"]]


def test_goals_are_held_against_what_was_measured():
    """A goal that is missed must be seen to be."""
    _, *rows = tables_in(goals.describe(MEASURED))[0]
    assert [row[1:] for row in rows] == [
        ["1.20", "reached"],  # fit against JAX's scan
        ["4.00", "**missed**"],  # repeats against Keras, 5 times wanted
        ["0.67", "**missed**"],  # repeats against JAX's vmap
        ["4.00", "**missed**"],  # fit against the floor with Adam, 1.5 times allowed
        ["3.00", "**missed**"],  # repeats against its floor, 1.2 times allowed
        ["7.00", "**missed**"],  # seconds to 98 %, which it does not reach either
        ["0.25", "reached"],  # the published networks, 0.3 times allowed
        ["1.00", "reached"],  # streamed
        ["0.72", "reached"],  # 17 s at once for 23.5 s one by one
        ["17", "reached"],  # seconds of all
        ["95", "**missed**"],  # seconds with networks kept, 90 allowed
        ["2048", "reached"],
    ]
    faster = trainings(
        {
            ("keras_default", 32): 3.0,
            ("series_fit", 32): 1.0,
            ("torch_loader", 32): 1.2,
            ("scikit_learn", 32): 0.9,
            ("series_repeats", 32): 0.3,
            ("floor_with_adam_side_by_side", 32): 0.2727,
            ("series_best", 64): 0.1,
        }
    )
    faster[-1]["seconds"] = [1.0, 0.1, 0.1]
    _, *rows = tables_in(goals.describe({"training": faster}))[0]
    assert [row[1:] for row in rows] == [
        ["3.00", "reached"],
        ["1.20", "reached"],
        ["0.90", "**missed**"],
        ["10", "reached"],
        ["1.10", "reached"],
        ["1.20", "**missed**"],  # quickly, but not to 98 %
    ]


def test_straight_line_tells_linear_growth_from_other():
    sizes = [50, 100, 200, 400]
    line = Line.through(sizes, [1 + 0.02 * size for size in sizes])
    assert line.start == pytest.approx(1) and line.slope == pytest.approx(0.02)
    assert line.worst < 1e-6
    assert Line.through(sizes, [size**2 for size in sizes]).worst > 0.2
    # What counts is the share by which a point is missed: the largest must not draw the line to itself.
    assert Line.through([1, 2, 3, 1000], [1, 2, 3, 1200]).worst == pytest.approx(0.0723, abs=1e-4)


def test_cost_is_written_for_notebook_06(tmp_path):
    """Medians, with a header that says of which machine."""
    cost.write(MEASURED["cost"], MACHINE, tmp_path / "cost.csv")
    lines = (tmp_path / "cost.csv").read_text(encoding="utf-8").splitlines()
    assert "60,000 training images" in lines[0] and "medians of 3" in lines[0]
    assert "A processor, two cores used, 24 GiB of memory, Linux" in lines[1]
    table = pd.read_csv(tmp_path / "cost.csv", comment="#", index_col="network")
    assert table.loc["own"].tolist() == [1000, 20, 7.5]


def test_committed_report_is_that_of_the_committed_measurements(tmp_path):
    """Somebody would have changed the numbers by hand, or forgotten to commit a part."""
    results = json.loads((BENCHMARKS / "results.json").read_text(encoding="utf-8"))
    assert report.text_of(results) == (BENCHMARKS / "RESULTS.md").read_text(encoding="utf-8")
    cost.write(results["cost"], results["machine"], tmp_path / "cost.csv")
    assert (tmp_path / "cost.csv").read_bytes() == (BENCHMARKS / "cost.csv").read_bytes()


def test_page_on_speed_quotes_the_measurements():
    """The page and the report that it links to would tell two different speeds."""
    page = (BENCHMARKS.parent / "docs" / "speed.md").read_text(encoding="utf-8")
    section = page.partition("## With a GPU")[0]
    results = json.loads((BENCHMARKS / "results.json").read_text(encoding="utf-8"))
    epochs = epochs_of(results["training"])
    quoted = re.findall(r"(\d+\.\d\d) s\b", section)
    contenders = ("keras_default", "torch_loader", "scikit_learn", "series_fit", "series_repeats")
    assert quoted == [f"{epochs[contender, 32]:.2f}" for contender in contenders]
    best = grouped(results["training"], "contender")["series_best",]
    seconds = statistics.median(sum(row["seconds"]) for row in best)
    assert f"after {seconds:.1f} s of training" in section
    assert all(row["accuracy"] >= 0.98 for row in best)
    assert results["machine"]["processor"] in section
