"""The benchmarks run to their end and write a table that says what it says. Their numbers are nobody's test."""

import json
import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

import report
import run as benchmark
import workers

BENCHMARKS = Path(report.__file__).parent


def run(*arguments: str) -> subprocess.CompletedProcess:
    """Run benchmarks/run.py from another folder than its own."""
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / "run.py"), *arguments],
        capture_output=True,
        text=True,
        cwd=Path(sys.prefix),
        check=False,
    )


def tables_in(text: str) -> list[list[list[str]]]:
    """The cells of each Markdown table, without the line below the headers."""
    tables = re.findall(r"(?m)(?:^\|.*\|\n?)+", text)
    cells = [
        [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in table.splitlines()]
        for table in tables
    ]
    return [[rows[0], *rows[2:]] for rows in cells]


def test_toy_run_writes_a_report(home, tmp_path):
    """A few hundred images, one repetition: real processes, the real script."""
    finished = run("--toy", "--into", str(tmp_path), "training", "inference")
    assert finished.returncode == 0, finished.stderr[-3000:]
    text = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    (headers, *rows), asked = tables_in(text)
    assert len(asked) == 1 + 4 and all(float(row[2]) > 0 for row in asked[1:])
    assert headers[0] == "contender" and "test accuracy, %" in headers
    assert [(row[0], row[1]) for row in rows] == [
        (report.LABELS[name], size)
        for size in ("32", "128")
        for name in ("keras_default", "series_fit", "floor")
    ]
    assert all(len(row) == len(headers) for row in rows)
    seconds = [float(row[2].split()[0]) for row in rows]
    assert all(value > 0 for value in seconds)
    assert "600 training images, 2 epochs" in text, "a toy's report says that it is one"
    assert (tmp_path / "epochs.png").stat().st_size > 5_000
    measured = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert set(measured) == {"training", "inference", "machine"}
    assert platform.node() not in json.dumps(measured["machine"])


def test_another_computers_numbers_are_not_mixed_in(tmp_path):
    """The report would compare two computers, and say that it is about one."""
    file, here = tmp_path / "results.json", benchmark.machine()
    assert benchmark.measured_before(file, here) == {"machine": here}
    for machine, kept in ((here, {"training": [1]}), ({**here, "cores": 99}, {})):
        file.write_text(json.dumps({"machine": machine, "training": [1]}), encoding="utf-8")
        assert benchmark.measured_before(file, here) == {"machine": here, **kept}


def test_unknown_section_is_told(home, tmp_path):
    finished = run("--into", str(tmp_path), "trainnig")
    assert finished.returncode == 2
    assert "there is no section trainnig" in finished.stderr
    assert not (tmp_path / "RESULTS.md").exists()


def test_growth_is_measured(home):
    """In memory and streamed, with copies."""
    for streamed in (False, True):
        options = {"images": 1200, "width": 10, "streamed": streamed}
        found = workers.measure(str(BENCHMARKS / "growth.py"), **options)
        assert found["seconds"] > 0 and found["process_seconds"] > found["seconds"]
        assert found["peak_mib"] is None or found["peak_mib"] > 100


def test_failing_measurement_is_told(home):
    with pytest.raises(RuntimeError, match="no_such_way"):
        workers.measure(
            str(BENCHMARKS / "contenders.py"),
            contender="no_such_way",
            task={},
            images=1,
            targets=[],
        )


def test_report_of_all_sections(tmp_path):
    """Every number of the measurements that a reader wants stands in its table."""
    about = {"process_seconds": 9.0, "peak_mib": 2048.0}
    results = {
        "machine": {
            "processor": "A processor",
            "cores": 2,
            "memory_gib": 24,
            "system": "Linux",
            "python": "3.11",
            "numpy": "2",
        },
        "training": [
            {
                "contender": name,
                "batch_size": size,
                "seconds": [5.0, epoch, epoch],
                "accuracy": 0.97,
                "images": 60_000,
                "epochs": 3,
                "width": 300,
                **about,
            }
            for name, size, epoch in (
                ("keras_default", 32, 3.0),
                ("floor", 32, 0.5),
                ("series_repeats", 32, 0.75),
                ("keras_default", 128, 2.0),
                ("floor", 128, 0.25),
                ("series_best", 64, 1.0),
            )
        ],
        "accuracy": [
            {
                "network": "dense",
                "contender": "series_fit",
                "width": 100,
                "batch_size": 32,
                "targets": [0.97, 0.98],
                "reached": {"0.97": {"epochs": 4, "training_seconds": 6.5, "since_start": 12.5}},
            }
        ],
        "growth": [
            {"images": count, "width": width, "streamed": streamed, "seconds": 1.5, **about}
            for count, width, streamed in (
                (600, 100, False),
                (1200, 100, False),
                (600, 100, True),
                (600, 50, False),
                (600, 50, False),
            )
        ],
        "inference": {
            "ways": {"a way": {"images_per_second": 123456.0, "one_ms": 0.5}},
            "photograph_ms": 11.2,
            "web": {
                "visitors": 32,
                "drawings": 2000,
                "alone_ms": {"median": 16.5, "within": 21.0},
                "together_ms": {"median": 385.0, "within": 500.0},
                "per_second": 82.0,
            },
        },
        "notebooks": {"01": {"kernel": 2.0, "imports": 4.0, "work": 8.5}, **about},
    }
    report.write(results, tmp_path)
    text = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    training, accuracy, growth, inference, notebooks = tables_in(text)
    assert training[1][2:5] == ["3.000 (3.000–3.000)", "1.0", "6.0"]
    assert training[3][3:5] == ["4.0", "1.5"], "compared with Keras and the floor at its batch size"
    assert training[5][3:5] == ["8.0", "1.0"]
    assert "trains to 97.00 (97.00–97.00) % test accuracy in 7.00 (7.00–7.00) s" in text
    assert [row[3:7] for row in accuracy[1:]] == [
        ["97%", "1 of 1", "4 (4–4)", "6.5 (6.5–6.5)"],
        ["98%", "0 of 1", "–", "–"],
    ]
    assert [row[:3] for row in growth[1:]] == [
        ["600", "100", "in memory"],
        ["1,200", "100", "in memory"],
        ["600", "100", "streamed"],
        ["600", "50", "in memory"],
    ]
    assert "In memory, 2 times the images take 1.0 times as long" in text
    assert inference[1] == ["a way", "123,456", "0.50"]
    assert "16.5 ms (99 % within 21 ms)" in text and "82 answers per second" in text
    assert notebooks[1:] == [["01", "2.0", "4.0", "8.5", "14.5"]]
    assert {path.name for path in tmp_path.iterdir()} == {"RESULTS.md", "epochs.png", "growth.png"}
