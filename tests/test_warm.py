"""Runs of pytest that fork from a process with the libraries in it: each is as if it were started anew."""

import contextlib
import textwrap

import psutil
import pytest
import warm

TESTS = """
    import os, pathlib, subprocess, sys, time
    import pandas
    import neighbour

    def test_everything_is_the_copys_own():
        assert pathlib.Path(neighbour.__file__).parent == pathlib.Path(__file__).parent
        assert os.environ["SAID"] == "to this run" and not hasattr(pandas, "left_by_an_earlier_run")
        assert "copies" not in sys.modules and not sys.stdin.read()
        pandas.left_by_an_earlier_run = True
        print("a line of output")

    def test_hangs_with_a_child():
        child = subprocess.Popen(["sleep", "60"])
        pathlib.Path("child").write_text(str(child.pid))
        child.wait()
"""


@pytest.mark.slow
def test_each_run_is_as_if_started_anew(tmp_path):
    """Nothing of one run reaches the next, the output comes back, and what hangs is ended with all its processes."""
    (tmp_path / "test_here.py").write_text(textwrap.dedent(TESTS), encoding="utf-8")
    (tmp_path / "neighbour.py").touch()
    with warm.Pytest() as runs:
        for _ in range(2):
            code, output = runs.run(tmp_path, 60, "-s", "-k", "copys_own", SAID="to this run")
            assert code == 0 and "a line of output" in output, output
        assert runs.run(tmp_path, 60, "-k", "copys_own", SAID="to another")[0] == 1
        assert runs.run(tmp_path, 10, "-k", "hangs")[0] is None
        child = int((tmp_path / "child").read_text())
        # Who has ended may stand in the system's list for a while, until somebody takes note of it.
        with contextlib.suppress(psutil.NoSuchProcess):
            assert psutil.Process(child).status() == psutil.STATUS_ZOMBIE
