"""Mistakes that nobody chose: operators, numbers and conditions of the package are changed at random, one at a time.

    python tests/mutants.py                   60 mutants of each room; it takes about half an hour on two cores
    python tests/mutants.py --count 20        20 of each room
    python tests/mutants.py --rooms store     of one room only

Cosmic Ray says what can be changed. For each mutant the fast tests run that reach the changed line; the first that
fails kills it. The table of mistakes that people might make is another one: tests/mutations/.
"""

import argparse
import ast
import concurrent.futures
import contextlib
import itertools
import pathlib
import queue
import random
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

import copies
import coverage
import warm
from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB, use_db

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "notebooks"))

from digits import evaluation  # noqa: E402 (the package lies in a folder of its own)
from digits.basics.progress import progress_bar  # noqa: E402

PACKAGE = "notebooks/digits"
ROOMS = {
    "evaluation": ("evaluation.py", "results.py"),
    "training": ("training/*.py",),
    "store": ("store/*.py",),
    "handwriting": ("handwriting/*.py",),
    "search": ("search/*.py",),
    "dataset": ("dataset/*.py",),
}
COUNT = 60
LIMIT = 60  # seconds for the tests of one mutant; whoever needs longer hangs in it, and is noticed
TESTS_TAKE = (
    40  # seconds at most for the tests of a line, as they were beside coverage, which slows them
)
GOAL, GOAL_OF_A_ROOM = 0.9, 0.8
KILLED, SURVIVED = "killed", "survived"
# What Python compiled before the last change may look as new as that.
VARIABLES = {"PYTHONDONTWRITEBYTECODE": "1"}
# It tells TensorFlow and Keras how to start: what changes it is tried in processes that have not imported them yet.
STARTS_LIBRARIES = f"{PACKAGE}/training/backend.py"


@dataclass(frozen=True)
class Mutant:
    """One change at one place.

    Attributes:
        room: whose module is changed.
        file: the module, from the root of the repository.
        operator, occurrence: what Cosmic Ray calls the change, and the how many-th of its kind in the module.
        lines: the lines of the file that it touches, counted from 1.
    """

    room: str
    file: str
    operator: str
    occurrence: int
    lines: tuple[int, ...]

    def text(self, root: pathlib.Path) -> str:
        """The module's text with the change in it."""
        source = (root / self.file).read_text(encoding="utf-8")
        return mutate_code(source, get_operator(self.operator)(), self.occurrence)

    def difference(self, root: pathlib.Path) -> str:
        """The changed line before and after."""
        before = (root / self.file).read_text(encoding="utf-8").splitlines()
        after = self.text(root).splitlines()
        pairs = itertools.zip_longest(before, after, fillvalue="")
        old, new = next((old, new) for old, new in pairs if old != new)
        return f"{self.file}:{self.lines[0]}\n  - {old.strip()}\n  + {new.strip()}"


def what_runs(source: str) -> str:
    """A module as Python executes it: neither type hints nor comments nor layout; empty if it is no Python."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # Cosmic Ray takes the stars of ``**settings`` for a power
        return ""
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if getattr(node, name, None) is not None:
                setattr(node, name, ast.Constant(None))
    return ast.dump(tree)


def places(room: str, root: pathlib.Path) -> dict[tuple, list[Mutant]]:
    """All that can be changed in a room: from a place (module, where it begins and ends) to the changes there."""
    paths = sorted(path for pattern in ROOMS[room] for path in (root / PACKAGE).glob(pattern))
    found = defaultdict(list)
    with (
        tempfile.TemporaryDirectory() as folder,
        use_db(str(pathlib.Path(folder) / "all.sqlite"), WorkDB.Mode.create) as database,
    ):
        init(paths, database, {})
        for item in database.work_items:
            (one,) = item.mutations
            file = pathlib.Path(one.module_path).relative_to(root).as_posix()
            lines = tuple(range(one.start_pos[0], one.end_pos[0] + 1))
            mutant = Mutant(room, file, one.operator_name, one.occurrence, lines)
            found[file, one.start_pos, one.end_pos].append(mutant)
    for mutants in found.values():
        mutants.sort(key=lambda one: (one.operator, one.occurrence))
    return found


def drawn(room: str, count: int, seed: int, root: pathlib.Path) -> list[Mutant]:
    """Draw mutants of a room: first places, each as likely as any other, then one of the changes at that place.

    A change that Python would not execute, such as one of a type hint, is passed over.
    """
    possible = places(room, root)
    random_numbers = random.Random(f"{room} {seed}")
    chosen = []
    for place in random_numbers.sample(sorted(possible), len(possible)):
        mutant = random_numbers.choice(possible[place])
        sound = (root / mutant.file).read_text(encoding="utf-8")
        if what_runs(mutant.text(root)) not in ("", what_runs(sound)):
            chosen.append(mutant)
        if len(chosen) == count:
            break
    return chosen


def reach_of_tests(root: pathlib.Path, workers: int) -> tuple[dict, dict[str, float]]:
    """Run all fast tests once: which of them reach which line of the package, and how long each takes.

    Returns:
        A dictionary from file to line to tests (line 0: whoever reaches anything of the file), and one of seconds.
    """
    measuring = (f"--cov={root / PACKAGE}", "--cov-context=test", "--cov-report=")
    which = ("-m", "not slow", "-n", str(workers), "tests")
    arguments = (*measuring, "--junitxml=times.xml", *which)
    code, output = warm.Pytest.run_cold(root, None, *arguments, **VARIABLES)
    if code != 0:
        raise SystemExit(f"The tests are red without any mutant; mend that first.\n{output}")
    seconds = {
        f"{case.get('classname').replace('.', '/')}.py::{case.get('name')}": float(case.get("time"))
        for case in ElementTree.parse(root / "times.xml").iter("testcase")
        if case.find("skipped") is None
    }
    data = coverage.CoverageData(str(root / ".coverage"))
    data.read()
    reached: dict = {}
    for measured in data.measured_files():
        name = pathlib.Path(measured).relative_to(root).as_posix()
        lines = reached[name] = defaultdict(set)
        for line, contexts in data.contexts_by_lineno(measured).items():
            tests = {context.rpartition("|")[0] for context in contexts if context}
            lines[line] |= tests
            lines[0] |= tests
    return reached, seconds


def tests_for(mutant: Mutant, reached: dict, seconds: dict[str, float]) -> list[str]:
    """The tests that reach a mutant's lines, quick ones first, as many as fit into the time.

    A line that only runs while the module is imported, such as a constant's, is used by whoever reaches the module, and
    by the tests that are named after it: these may look at its data alone.
    """
    lines = reached.get(mutant.file, {})
    tests = set().union(*(lines.get(line, set()) for line in mutant.lines))
    if not tests:
        own = f"tests/test_{pathlib.PurePath(mutant.file).stem}.py::"
        tests = lines.get(0, set()) | {test for test in seconds if test.startswith(own)}
    chosen, time_taken = [], 0.0
    for test in sorted(tests, key=lambda test: (seconds.get(test, 1e9), test)):
        time_taken += seconds.get(test, 1e9)
        if time_taken > TESTS_TAKE:
            break
        chosen.append(test)
    return chosen


def outcome(mutant: Mutant, tests: list[str], root: pathlib.Path, pytest: warm.Pytest) -> str:
    """Plant a mutant in a copy, run tests up to the first that fails, and take it out again."""
    if not tests:
        return SURVIVED
    path = root / mutant.file
    sound = path.read_text(encoding="utf-8")
    listed = root / "tests_of_this_mutant.txt"
    listed.write_text("\n".join(tests), encoding="utf-8")
    path.write_text(mutant.text(root), encoding="utf-8")
    run = pytest.run_cold if mutant.file == STARTS_LIBRARIES else pytest.run
    try:
        code, _ = run(root, LIMIT, "-x", f"@{listed.name}", **VARIABLES)
    finally:
        path.write_text(sound, encoding="utf-8")
    # The tests were collected in this copy before: whatever ends otherwise, such as an import that fails, is noticed.
    return SURVIVED if code == 0 else KILLED


def outcomes(
    mutants: list[Mutant],
    reached: dict,
    seconds: dict[str, float],
    sound: pathlib.Path,
    workers: int,
) -> Iterator[tuple[Mutant, str]]:
    """What becomes of each mutant, in their order; each worker has a copy and a pytest of its own."""
    free: queue.Queue = queue.Queue()

    def in_a_free_copy(mutant: Mutant) -> str:
        copy, pytest = free.get()
        try:
            return outcome(mutant, tests_for(mutant, reached, seconds), copy, pytest)
        finally:
            free.put((copy, pytest))

    with contextlib.ExitStack() as stack:
        for number in range(workers):
            copy = shutil.copytree(sound, sound.with_name(f"{sound.name} {number}"))
            free.put((copy, stack.enter_context(warm.Pytest())))
        pool = stack.enter_context(concurrent.futures.ThreadPoolExecutor(workers))
        yield from zip(mutants, pool.map(in_a_free_copy, mutants), strict=True)


def share(killed: int, count: int) -> str:
    """Killed mutants as a line of the report, with Wilson's 95 % interval."""
    low, high = evaluation.wilson_interval(killed, count)
    return f"{killed:4d} of {count:4d} killed, {killed / count:6.1%} ({low:.1%} to {high:.1%})"


def report(results: dict[Mutant, str]) -> bool:
    """Print the shares; whether the goals lie within their intervals."""
    met, rows = True, [("all", list(results.values()), GOAL)]
    for room in dict.fromkeys(mutant.room for mutant in results):
        of_the_room = [what for mutant, what in results.items() if mutant.room == room]
        rows.append((room, of_the_room, GOAL_OF_A_ROOM))
    for name, ended, goal in rows:
        killed = ended.count(KILLED)
        print(f"{name:12s} {share(killed, len(ended))}, goal {goal:.0%}")
        met &= evaluation.wilson_interval(killed, len(ended))[1] >= goal
    return met


def main() -> int:
    """Draw, plant and report; 1 if some goal lies above its interval."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=COUNT, help="mutants of each room")
    parser.add_argument("--rooms", nargs="+", choices=ROOMS, default=list(ROOMS))
    parser.add_argument("--seed", type=int, default=0, help="another draw")
    parser.add_argument("--workers", type=int, default=2, help="mutants tried at the same time")
    arguments = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        sound = copies.copy_of_the_series(pathlib.Path(folder).resolve() / "series")
        copies.put_under_git(sound)
        reached, seconds = reach_of_tests(sound, arguments.workers)
        print(
            f"{len(seconds)} tests looked at after {time.monotonic() - started:.0f} s", flush=True
        )
        mutants = []
        for room in arguments.rooms:
            mutants += drawn(room, arguments.count, arguments.seed, sound)
        ended = outcomes(mutants, reached, seconds, sound, arguments.workers)
        results = {}
        for mutant, what in progress_bar(
            ended, description="mutants", unit="mutant", total=len(mutants)
        ):
            results[mutant] = what
            if what == SURVIVED:
                print(mutant.difference(sound), flush=True)
    met = report(results)
    print(f"{time.monotonic() - started:.0f} s")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
