"""Runs in a notebook's kernel after its last cell: which of its checks go red when what they look at is disturbed?

A check that stays green whatever the results are guards nothing. Each variable that a cell with checks names is
replaced, one after the other, by something that could have come out instead: networks exchanged, labels shuffled,
values larger or smaller, a run left out. Then the cell is run again, with a ``check`` that only notes.
"""

import ast
import contextlib
import copy
import json
import pathlib
import time
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from not_reached import EXCEPT
from pandas.api.typing import DataFrameGroupBy, SeriesGroupBy

LONGEST = 60.0  # seconds for one cell; then its other disturbances are left out
SEED = 0
EXPERIMENTS = "benchmarks"  # the folder of modules whose settings a notebook may check
_KEPT = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type, str, bytes)
_OURS = ("digits", "sklearn")  # whose objects hold results


def write(cells: list[str], namespace: dict, file: str) -> None:
    """Write for each check by its sentence how many disturbances made it red, and how many it survived."""
    found: dict[str, dict] = {}
    for source in cells:
        found |= _of_cell(source, namespace)
    pathlib.Path(file).write_text(json.dumps(found), encoding="utf-8")


def _of_cell(source: str, namespace: dict) -> dict[str, dict]:
    found = {claim: {"red": 0, "green": 0} for claim, holds in _run(source, namespace, {}) if holds}
    started = time.monotonic()
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    for name in sorted(_with_what_functions_use(names, namespace), key=_cost(namespace)):
        for value in _disturbed(namespace[name]):
            green = [claim for claim, ways in found.items() if not ways["red"]]
            if all(claim.startswith(EXCEPT) for claim in green):
                return found  # what is left is known not to be reached
            if time.monotonic() - started > LONGEST:
                return found
            for claim, holds in _run(source, namespace, {name: value}):
                if claim in found:
                    found[claim]["green" if holds else "red"] += 1
    return found


def _cost(namespace: dict) -> Callable[[str], tuple]:
    """What is quickly disturbed first: numbers and tables, then arrays, then what holds several of them."""
    kinds = (
        bool | int | float | np.number,
        pd.DataFrame | pd.Series,
        np.ndarray,
        list | tuple | dict,
    )
    return lambda name: (
        next((place for place, kind in enumerate(kinds) if isinstance(namespace[name], kind)), 9),
        name,
    )


def _with_what_functions_use(names: set[str], namespace: dict) -> set[str]:
    """The results among these names, and those that the notebook's functions among them use, and theirs."""
    reached: set[str] = set()
    waiting = [name for name in names if name in namespace]
    while waiting:
        name = waiting.pop()
        function = namespace[name]
        is_ours = isinstance(function, types.FunctionType) and function.__module__ == "__main__"
        if is_ours and name not in reached:
            waiting += [used for used in _names_in(function.__code__) if used in namespace]
        reached.add(name)
    return {name for name in reached if _is_result(namespace[name])}


def _names_in(code: types.CodeType) -> set[str]:
    """The names that a function uses, and those that functions within it use."""
    inner = [part for part in code.co_consts if isinstance(part, types.CodeType)]
    return set(code.co_names).union(*map(_names_in, inner))


def _is_result(value: Any) -> bool:
    """Whether something can be disturbed: no function, no library; but an experiment's module, for its settings."""
    if isinstance(value, types.ModuleType):
        return EXPERIMENTS in (getattr(value, "__file__", None) or "")
    return not isinstance(value, _KEPT)


def _run(source: str, namespace: dict, disturbed: dict) -> list[tuple[str, bool]]:
    """The checks of a cell, up to where it ends or fails, and whether each holds; the namespace stays as it was.

    Functions of the notebook look for variables in the namespace itself, so a disturbed one stands there meanwhile.
    """
    noted: list[tuple[str, bool]] = []

    def check(claim: str, holds: bool, *, only_on_mnist: bool = False) -> None:
        noted.append((claim, bool(holds)))

    before = dict(namespace)
    namespace.update(disturbed, check=check, print=lambda *words, **options: None)
    try:
        exec(compile(source, "checks", "exec"), namespace)
    except Exception:
        pass  # a disturbance that the code itself does not take is no answer
    finally:
        for name in set(namespace) - set(before):
            del namespace[name]
        namespace.update(before)
    return noted


def _disturbed(value: Any) -> Iterator[Any]:
    """What could have come out in place of a value."""
    random = np.random.default_rng(SEED)
    if isinstance(value, bool | np.bool_):
        yield not value
    elif isinstance(value, int | float | np.integer | np.floating):
        yield from (
            value * 2,
            value / 2,
            value * 1.2 + 1,
            value - 1,
            value * 0.8,
            value * 10,
            -value,
        )
    elif isinstance(value, np.ndarray) and value.size:
        yield from _arrays(value, random)
    elif isinstance(value, pd.DataFrame | pd.Series) and len(value):
        yield from _tables(value, random)
    elif isinstance(value, dict) and value:
        yield from _mappings(value)
    elif isinstance(value, list | tuple) and value:
        yield from _sequences(value)
    elif isinstance(value, set | frozenset) and value:
        yield value - {next(iter(value))}
    elif isinstance(value, SeriesGroupBy | DataFrameGroupBy):
        keys = [
            pd.Series(part.grouping_vector, value.obj.index, name=part.name)
            for part in value._grouper.groupings
        ]
        for other in _tables(value.obj, random):
            if len(other) == len(value.obj):
                yield other.groupby(keys if len(keys) > 1 else keys[0], sort=value.sort)
    elif isinstance(value, types.ModuleType) or type(value).__module__.startswith(_OURS):
        for name, part in list(vars(value).items()):
            for other in _disturbed(part) if not isinstance(part, _KEPT) else ():
                with contextlib.suppress(Exception):
                    yield _with_attribute(value, name, other)


def _with_attribute(value: Any, name: str, other: Any) -> Any:
    """An object, or one of our modules, with another value of an attribute; the object itself stays as it was."""
    if isinstance(value, types.ModuleType):
        changed = types.ModuleType(value.__name__)
        vars(changed).update(vars(value))
    else:
        changed = copy.copy(value)
    object.__setattr__(changed, name, other)
    return changed


def _arrays(value: np.ndarray, random: np.random.Generator) -> Iterator[np.ndarray]:
    if value.dtype == bool:
        yield from (~value, value[::-1], random.permutation(value))
        return
    # One made at a time, and what takes a second for all images last: most checks go red before.
    yield value[::-1]
    if np.issubdtype(value.dtype, np.number):
        yield value[:-1]
        yield value[:3]
        yield -value
        for factor in (2, 0.5, 0.9, 10):
            yield value * factor
        yield value + np.ptp(value) / 2
    yield random.permutation(value)
    shuffled = random.permutation(value.ravel()).reshape(value.shape)
    yield shuffled
    if np.issubdtype(value.dtype, np.number):
        yield shuffled * random.uniform(0.5, 2, value.shape)


def _tables(value: Any, random: np.random.Generator) -> Iterator[Any]:
    reversed_ = value.iloc[::-1].copy()
    reversed_.index = value.index
    shuffled = value.iloc[random.permutation(len(value))].copy()
    shuffled.index = value.index
    yield from (reversed_, shuffled, value.iloc[:-1], value.iloc[1:], value.iloc[:3])
    numbers = value.select_dtypes("number") if isinstance(value, pd.DataFrame) else value
    if isinstance(value, pd.DataFrame):
        for name in numbers.columns:
            columns = [*_series(numbers[name], random), *_tied(numbers, name)]
            yield from (_with(value, name, column) for column in columns)
    elif pd.api.types.is_numeric_dtype(value):
        yield from _series(value, random)


def _with(value: pd.DataFrame, name: Any, column: pd.Series) -> pd.DataFrame:
    changed = value.copy()
    changed[name] = column
    return changed


def _tied(numbers: pd.DataFrame, name: Any) -> Iterator[pd.Series]:
    """A column that depends strongly on another one."""
    for other in numbers.columns.drop(name):
        yield numbers[name] + 100 * np.ptp(numbers[name]) * numbers[other]


def _series(value: pd.Series, random: np.random.Generator) -> Iterator[pd.Series]:
    if value.dtype == bool:
        yield ~value
        return
    yield from (value * 2, value * 0.5, value * 0.9, value * 10, -value)
    yield pd.Series(random.permutation(value.to_numpy()), value.index, name=value.name)
    yield value * random.uniform(0.5, 2, len(value))


def _mappings(value: dict) -> Iterator[dict]:
    names, parts = list(value), list(value.values())
    if len(names) > 1:
        yield dict(zip(names, parts[1:] + parts[:1], strict=True))
        yield dict(zip(names, parts[::-1], strict=True))
    for name in names[:8]:
        for other in _disturbed(value[name]):
            yield value | {name: other}


def _sequences(value: Any) -> Iterator[Any]:
    kind = type(value) if type(value) in (list, tuple) else list
    if len(value) > 1:
        yield from (kind(value[::-1]), kind([*value[1:], value[0]]), kind(value[:-1]))
    for place in range(min(len(value), 8)):
        for other in _disturbed(value[place]):
            yield kind([*value[:place], other, *value[place + 1 :]])
