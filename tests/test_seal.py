"""The seal on the test set: no notebook looks at it before the comparison."""

import ast
import re

import pytest
from digits import series
from notebook_files import (
    LOADING,
    artifacts_named,
    calls,
    identifiers,
    nodes,
)

TEST_ARRAYS = ("test_images", "test_labels")
BEFORE_THE_SEAL_IS_BROKEN = series.STEPS[:4]


def _uses(step, attribute: str) -> list[ast.Attribute]:
    return [node for node in nodes(step, ast.Attribute) if node.attr == attribute]


def _loads(step, name: str) -> list[ast.Name]:
    return [
        node for node in nodes(step, ast.Name) if node.id == name and isinstance(node.ctx, ast.Load)
    ]


@pytest.mark.parametrize("step", BEFORE_THE_SEAL_IS_BROKEN, ids=lambda step: step.number)
def test_dataset_is_reached_only_where_the_seal_can_be_watched(step):
    """The tests below could be passed by: through another name for the dataset, or by reading its file again."""
    for name in _loads(step, "dataset"):
        of_attribute = isinstance(name.parent, ast.Attribute)
        printed = isinstance(name.parent, ast.Call) and ast.unparse(name.parent) == "print(dataset)"
        assert of_attribute or printed, ast.unparse(name.parent)
    assert {ast.unparse(name.parent) for name in _loads(step, "mnist")} == {"mnist.load"}
    assert len(list(calls(step, "mnist.load"))) == 1, "a second dataset would be watched by nobody"
    assert not identifiers(step) & {
        "getattr",
        "vars",
        "asdict",
        "astuple",
        "__dict__",
        "x_test",
        "y_test",
    }


def test_exploration_takes_sizes_and_label_counts_of_the_test_set_and_nothing_else():
    """Choices made after looking at test images would be fitted to the very images that judge the networks."""
    step = series.step("01")
    (images,) = _uses(step, "test_images")
    table = images.parent.parent
    assert (
        isinstance(table, ast.Assign)
        and isinstance(images.parent, ast.Dict)
        and len(table.targets) == 1
    )
    arrays = table.targets[0].id
    # The table of sizes goes through these arrays, and nothing else does.
    for name in _loads(step, arrays):
        items = name.parent.parent
        assert ast.unparse(items) == f"{arrays}.items()" and isinstance(
            items.parent, ast.comprehension
        )
        _, array = items.parent.target.elts
        expression = items.parent.parent
        found = [
            node
            for node in ast.walk(expression)
            if isinstance(node, ast.Name) and node.id == array.id
        ]
        taken = {
            getattr(node.parent, "attr", ast.unparse(node.parent))
            for node in found
            if node is not array
        }
        assert taken == {"shape", "dtype"}
    for labels in _uses(step, "test_labels"):
        counted = (
            isinstance(labels.parent, ast.Call) and ast.unparse(labels.parent.func) == "np.bincount"
        )
        assert counted or labels.parent is images.parent, ast.unparse(labels.parent)


def test_preprocessing_counts_leaks_and_scales_the_test_set_and_nothing_else():
    """A statistic taken from test images would leak into everything that follows."""
    step = series.step("02")
    leak, scaled = _uses(step, "test_images")
    # in_training, in_validation, in_test = map(as_bytes, (..., ..., dataset.test_images)); then only len(a & b)
    images, mapped = leak.parent, leak.parent.parent
    assert isinstance(mapped, ast.Call) and [ast.unparse(mapped.func), mapped.args[0].id] == [
        "map",
        "as_bytes",
    ]
    name = mapped.parent.targets[0].elts[images.elts.index(leak)].id
    assert _loads(step, name)
    for use in _loads(step, name):
        overlap = use.parent
        assert isinstance(overlap, ast.BinOp) and isinstance(overlap.op, ast.BitAnd), ast.unparse(
            overlap
        )
        assert isinstance(overlap.parent, ast.Call) and ast.unparse(overlap.parent.func) == "len"
    # artifacts.save_arrays("test_set.npz", images=scale(dataset.test_images).reshape(-1, 784), labels=...)
    (saving,) = (
        call
        for call in calls(step, "artifacts.save_arrays")
        if call.args[0].value == "test_set.npz"
    )
    values = {keyword.arg: ast.unparse(keyword.value) for keyword in saving.keywords}
    assert values == {
        "images": "scale(dataset.test_images).reshape(-1, 784)",
        "labels": "dataset.test_labels",
    }
    assert scaled in list(ast.walk(saving))
    assert len(_uses(step, "test_labels")) == 1


@pytest.mark.parametrize("step", BEFORE_THE_SEAL_IS_BROKEN[2:], ids=lambda step: step.number)
def test_training_notebooks_never_mention_the_test_set(step):
    """A network, an epoch or a width would have been chosen by the images that should judge it."""
    mentioned = {
        word
        for word in identifiers(step)
        if any(name in word for name in (*TEST_ARRAYS, "test_set"))
    }
    assert not mentioned


@pytest.mark.parametrize("step", BEFORE_THE_SEAL_IS_BROKEN, ids=lambda step: step.number)
def test_sealed_file_is_not_loaded_before_the_comparison(step):
    """The same, by way of the file that 02 puts away."""
    loaded = artifacts_named(step, LOADING, step.reads)
    assert "test_set.npz" not in loaded | set(step.reads)


def test_comparison_chooses_by_seed_and_by_validation_alone():
    """Where one run or one epoch is shown, it would be the one that the test images like best."""
    values = {
        target.id: ast.unparse(node.value)
        for number in ("05", "06")
        for node in nodes(series.step(number), ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert values["first_scores"].startswith("{name: network_scores[0] for ")
    assert values["first_predicted"].startswith("{name: of_runs[0] for ")
    assert "epoch_kept(history['val_loss']" in values["stopped_at"]
    assert not re.search("test|right", values["stopped_at"])
    assert values["by_validation"].startswith("np.unravel_index(c_validation.argmax()")
