"""The program that changes the package at random: what it draws, which tests it runs, and what it says of them."""

import itertools
import textwrap

import mutants
import pytest
import warm

MODULE = """
    LIMIT = 3


    def is_small(number: int | None) -> bool:
        \"\"\"Tested to its limit.\"\"\"
        return number < LIMIT


    def is_large(number):
        return number > 10


    def steps_to(number):
        steps = 0
        while steps < number:
            steps += 1
        return steps
"""
TESTS = """
    import sys, pathlib
    sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "notebooks"))
    from digits import evaluation


    def test_small():
        assert evaluation.is_small(2) and not evaluation.is_small(3)


    def test_large_only_looks():
        evaluation.is_large(11)


    def test_steps():
        assert evaluation.steps_to(2) == 2
"""


@pytest.fixture
def small_series(tmp_path):
    """A package of one module, and its tests."""
    root = tmp_path / "series"
    for file, text in (
        ("notebooks/digits/__init__.py", ""),
        ("notebooks/digits/evaluation.py", MODULE),
        ("tests/test_evaluation.py", TESTS),
        ("tests/test_other.py", "def test_nothing():\n    assert True\n"),
        ("pytest.ini", "[pytest]\nmarkers = slow\n"),
    ):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(textwrap.dedent(text), encoding="utf-8")
    return root


def draw(root, count=1000, seed=0):
    return mutants.drawn("evaluation", count, seed, root)


def test_mutants_are_drawn_by_a_seed_and_change_what_runs(small_series):
    """A changed type hint is no mistake that a test could notice; the same draw must come again to be mended."""
    sound = mutants.what_runs((small_series / draw(small_series)[0].file).read_text())
    for mutant in draw(small_series):
        assert mutants.what_runs(mutant.text(small_series)) not in ("", sound)
        assert "int | None" in mutant.text(small_series)
    places = [(mutant.lines, mutant.operator) for mutant in draw(small_series)]
    assert {lines for lines, _ in places} == {(2,), (7,), (11,), (15,), (16,), (17,)}
    assert draw(small_series, 3) == draw(small_series)[:3]
    assert any(draw(small_series, 3, seed) != draw(small_series, 3) for seed in (1, 2, 3))


def test_what_python_does_not_execute_does_not_count():
    """Layout, comments and hints may change; a number may not."""
    runs = mutants.what_runs
    assert runs("def f(a: int) -> str:\n    return 1  # one") == runs(
        "def f(a: str) -> int:\n  return 1"
    )
    assert runs("a: int | None = 1") == runs("a: int & None = 1") != runs("a: int = 2")
    assert runs("f(//settings)") == ""


def test_constant_is_tried_by_those_who_reach_its_module_or_are_named_after_it():
    """A table of data is looked at by tests that run no line of it: its mutants would all seem to survive."""
    file = "notebooks/digits/evaluation.py"
    constant, line = (
        mutants.Mutant("evaluation", file, "core/NumberReplacer", 0, (number,)) for number in (2, 7)
    )
    other, named, far = (
        f"tests/test_{name}.py::test_it" for name in ("other", "evaluation", "far")
    )
    reached, seconds = {file: {0: {other}, 7: {other}}}, {named: 2.0, other: 1.0, far: 0.1}
    assert mutants.tests_for(constant, reached, seconds) == [other, named]
    assert mutants.tests_for(line, reached, seconds) == [other]


@pytest.mark.weekly
def test_killed_or_survived_is_what_the_tests_of_its_line_say(small_series, monkeypatch):
    """A mutant that only an unrelated test would notice, or none, survives; one in which tests hang is noticed."""
    reached, seconds = mutants.reach_of_tests(small_series, workers=2)
    assert len(seconds) == 4
    possible = itertools.chain.from_iterable(mutants.places("evaluation", small_series).values())
    named = {
        (one.lines[0], one.operator.rpartition("/")[2], one.occurrence): one for one in possible
    }
    wanted = {
        (2, "NumberReplacer", 0): ("killed", ["small", "large_only_looks", "steps"]),
        (7, "ReplaceComparisonOperator_Lt_LtE", 0): ("killed", ["small"]),
        (11, "ReplaceComparisonOperator_Gt_LtE", 0): ("survived", ["large_only_looks"]),
        (16, "ReplaceComparisonOperator_Lt_NotEq", 1): ("survived", ["steps"]),
    }
    never_ends = named[17, "NumberReplacer", 7]  # steps += 0
    tried = [named[place] for place in wanted]
    for mutant, (_, tests) in zip(tried, wanted.values(), strict=True):
        names = [
            test.partition("::test_")[2] for test in mutants.tests_for(mutant, reached, seconds)
        ]
        assert sorted(names) == sorted(tests)
    ended = dict(mutants.outcomes(tried, reached, seconds, small_series, workers=2))
    assert list(ended.values()) == [what for what, _ in wanted.values()]
    monkeypatch.setattr(mutants, "LIMIT", 3)
    tests = mutants.tests_for(never_ends, reached, seconds)
    with warm.Pytest() as runs:
        assert mutants.outcome(never_ends, tests, small_series, runs) == mutants.KILLED


@pytest.mark.slow
def test_red_tests_are_said_and_not_counted_as_kills(small_series):
    """With a test that is red already, everything would be killed."""
    (small_series / "tests" / "test_evaluation.py").write_text(
        "def test_red():\n    assert False\n"
    )
    with pytest.raises(SystemExit, match="red without any mutant"):
        mutants.reach_of_tests(small_series, workers=2)


def test_goals_are_held_against_the_intervals(small_series, capsys):
    """Ten of ten killed say less than a hundred of a hundred; three of ten are too few by any reading."""
    several = draw(small_series)[:6]
    assert mutants.report(dict.fromkeys(several, mutants.KILLED))
    assert "6 of    6 killed, 100.0% (61.0% to 100.0%), goal 90%" in capsys.readouterr().out
    assert not mutants.report(dict.fromkeys(several, mutants.SURVIVED))
    first = several[0].difference(small_series).splitlines()
    assert (
        first[0] == f"notebooks/digits/evaluation.py:{several[0].lines[0]}" and first[1] != first[2]
    )
