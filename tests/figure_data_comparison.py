"""What the figures of notebook 05 must show, from the scores on test images and the results that it saved."""

import drawn
import numpy as np
import pandas as pd
from digits import evaluation, series
from figure_data_training import assert_digits
from numpy.testing import assert_allclose, assert_array_equal

TWO = ("baseline-softmax", "own")


def unseen(run):
    """The test images, float32, shape (images, 784), and their labels."""
    arrays = run.arrays("test_set.npz")
    return arrays["images"], arrays["labels"]


def scores(run, name) -> np.ndarray:
    """The scores of a network's first run on the test images."""
    return run.arrays("predictions/test_scores.npz")[name][0]


def predicted(run, name) -> np.ndarray:
    """The digits that a network's first run read."""
    return scores(run, name).argmax(axis=1)


def comparison(figure, run):
    """A dot for each run's errors, a stroke at their mean, the interval of the first run, and the mean in words."""
    results = run.table("results/05.csv")
    (axes,) = figure.axes
    rungs = drawn.tick_labels(figure, axes.yaxis)
    images = len(unseen(run)[1])
    pieces = drawn.stretches(axes)
    first_runs = [drawn.points(each) for each in axes.lines if each.get_label() == "first run"]
    means = {}
    for rung, name in enumerate(rungs):
        rows = results[results["network"] == name]
        errors = 1 - rows["test_accuracy"].to_numpy()
        assert_allclose(errors, rows["test_errors"] / images, atol=1e-6)
        shown = drawn.line(axes, name)
        assert_allclose(shown[:, 0], errors, atol=1e-6)
        assert (np.abs(shown[:, 1] - rung) < 0.5).all()
        assert_allclose(first_runs[rung], shown[:1])
        interval, mean = pieces[2 * rung][0], pieces[2 * rung + 1][0]
        assert_allclose(interval[::-1, 0], 1 - rows[["accuracy_low", "accuracy_high"]].iloc[0])
        assert_allclose(interval[:, 1], rung)
        assert_allclose(mean[:, 0], errors.mean(), atol=1e-6)
        means[name] = errors.mean()
    groups = (
        series.BASELINES,
        series.HIDDEN_LAYER_NETWORKS[:-2],
        series.HIDDEN_LAYER_NETWORKS[-2:],
    )
    assert rungs == [
        name for group in groups for name in sorted(group, key=lambda name: -means[name])
    ]
    *right_of_it, above = [text for text in axes.texts if text.xy[0] == 1]
    assert above.get_text() == "mean"
    written = {round(text.xy[1], 1): text.get_text() for text in right_of_it}
    assert written == {
        rung: f"{round(10_000 * means[name], 6):,.0f}" for rung, name in enumerate(rungs)
    }
    beside = {
        rungs[round(text.xy[1])]: text.get_text().replace("\n", " ")
        for text in axes.texts
        if text.xy[0] != 1
    }
    assert beside == {
        rungs[len(series.BASELINES)]: "+ hidden layers",
        "own-on-split": "+ our own recipe",
        "own": "+ 10,000 more training images",
    }


def gain_per_digit(figure, run):
    """The share of each digit's images that five runs of two networks miss, the smallest gain first, with the gain."""
    _, labels = unseen(run)
    read = {name: run.arrays("predictions/test_scores.npz")[name].argmax(axis=2) for name in TWO}
    recall = pd.DataFrame(
        {
            name: [
                np.mean([np.mean(one[labels == digit] == digit) for one in read[name]])
                for digit in range(10)
            ]
            for name in TWO
        }
    )
    (axes,) = figure.axes
    order = [int(tick) for tick in drawn.tick_labels(figure, axes.yaxis)]
    assert sorted(order) == list(range(10))
    for name in TWO:
        assert len(read[name]) == 5, "the caption says so"
        expected = np.column_stack([1 - recall.loc[order, name], range(10)])
        assert_allclose(drawn.line(axes, name), expected)
    gains = (recall["own"] - recall["baseline-softmax"])[order].to_numpy()
    assert (np.diff(gains) > -1e-9).all()
    written = [text.get_text() for text in axes.texts if text.get_text()[0] in "+-"]
    assert written == [f"{100 * gain:+.1f}" for gain in gains]
    if not run.dataset.is_sample:
        hardest = recall["baseline-softmax"].nsmallest(3).index
        assert set(order[-3:]) == set(hardest), "the title says so"


def _own_on_split(run, seed, images):
    """The scores of a run of own-on-split, computed from its weights in NumPy."""
    arrays = run.arrays("weights/own-on-split.npz")
    weights = [arrays[f"weights_{index:03}"][seed, 0] for index in range(12)]
    for first in (0, 5):  # dense without bias, batch normalisation, ReLU
        kernel, scale, shift, mean, variance = weights[first : first + 5]
        images = (images @ kernel - mean) / np.sqrt(variance + 1e-3) * scale + shift
        images = np.maximum(images, 0)
    sums = images @ weights[10] + weights[11]
    powers = np.exp(sums - sums.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _wilson(wrong, answers):
    """Both limits of Wilson's 95 % interval for shares of wrong answers."""
    z, share = 1.959963984540054, wrong / answers
    middle = share + z * z / (2 * answers)
    reach = z * np.sqrt(share * (1 - share) / answers + (z / (2 * answers)) ** 2)
    return np.array([middle - reach, middle + reach]) / (1 + z * z / answers)


def threshold(figure, run):
    """For two seeds: wrong answers by answers, the two choices on validation images, and what they do to test images.

    The scores are computed anew, so an image may change places with one that is as sure: one image is let pass.
    """
    goal = 0.02 if run.dataset.is_sample else 0.001
    arrays, (_, labels) = run.arrays("preprocessed.npz"), unseen(run)
    rows = arrays["validation_rows"]
    for seed, axes in enumerate(figure.axes):
        assert axes.get_title(loc="left") == f"seed {seed}"
        scored = _own_on_split(run, seed, arrays["images"][rows])
        order = np.argsort(-scored.max(axis=1), kind="stable")
        wrong = np.cumsum((scored.argmax(axis=1) != arrays["labels"][rows])[order])
        answers = np.arange(1, len(rows) + 1)
        curve = drawn.line(axes, "validation images")
        places = np.round(curve[:, 0] * len(rows)).astype(int)
        assert_allclose(curve[:, 0] * len(rows), places, atol=1e-6)
        assert_allclose(curve[:, 1] * places / 1000, wrong[places - 1], atol=1.01)
        assert len(places) > 0.1 * len(rows)
        of_test = run.arrays("predictions/test_scores.npz")["own-on-split"][seed]
        surest, is_wrong = of_test.max(axis=1), of_test.argmax(axis=1) != labels
        chosen, tests = (
            drawn.line(axes, label)
            for label in ("chosen by them", "test images, 95\N{NO-BREAK SPACE}% interval")
        )
        (intervals,) = drawn.stretches(axes)
        meets = wrong / answers <= goal, _wilson(wrong, answers)[1] <= goal
        assert len(chosen) == len(tests) == len(intervals) == len(meets)
        for point, test, interval, fits in zip(chosen, tests, intervals, meets, strict=True):
            last = np.flatnonzero(fits)[-1]
            assert abs(point[0] * len(rows) - answers[last]) <= 1
            assert abs(point[1] * answers[last] / 1000 - wrong[last]) <= 1.01
            limit = scored[order[round(point[0] * len(rows)) - 1]].max()
            answered = surest >= limit - 2e-7
            assert abs(test[0] * len(labels) - answered.sum()) <= 2
            assert abs(test[1] * answered.sum() / 1000 - (answered & is_wrong).sum()) <= 1.01
            assert_allclose(interval[:, 0], test[0])
            count = test[0] * len(labels)
            expected = _wilson(test[1] * count / 1000, count)
            assert_allclose(interval[:, 1], 1000 * expected, atol=1e-6)
        assert_allclose(drawn.line(axes, "goal")[:, 1], 1000 * goal)


def _assert_matrices(figure, run, names, values_of, decimals):
    """Compare networks' confusion matrices, colours and numbers, with what a function makes of the counts."""
    _, labels = unseen(run)
    for axes, name in zip(figure.axes, names, strict=True):
        counts = np.zeros((10, 10))
        np.add.at(counts, (labels, predicted(run, name)), 1)
        values = values_of(counts)
        (image,) = axes.images
        shown, off_diagonal = image.get_array(), ~np.eye(10, dtype=bool)
        assert_allclose(np.asarray(shown)[off_diagonal], values[off_diagonal])
        assert_array_equal(np.ma.getmaskarray(shown), ~off_diagonal)
        red, green, blue, _ = image.get_cmap().get_bad()
        assert red == green == blue, "the diagonal is not grey"
        assert axes.get_xlabel() == "predicted digit" and axes.get_ylabel() == "true digit"
        for axis in (axes.xaxis, axes.yaxis):
            assert drawn.tick_labels(figure, axis) == [*"0123456789"]
        written = {
            text.get_position(): text.get_text()
            for text in axes.texts
            if text.get_position()[0] < 10
        }
        expected = {
            (column, row): f"{value:.{decimals}f}"
            for (row, column), value in np.ndenumerate(values)
        }
        assert written == {at: text for at, text in expected.items() if float(text)}
        assert axes.get_title(loc="left") == name
    scales = [axes.images[0].get_clim() for axes in figure.axes]
    assert len(set(scales)) == 1 and scales[0][0] == 0


def confusion_counts(figure, run):
    """How often the baseline took each digit for each."""
    _assert_matrices(figure, run, TWO[:1], lambda counts: counts, decimals=0)
    _, labels = unseen(run)
    wrong = predicted(run, TWO[0]) != labels
    beside = [
        text.get_text().replace("\N{NO-BREAK SPACE}", " ")
        for text in figure.axes[0].texts
        if text.get_position()[0] == 10
    ]
    misses = [wrong[labels == digit] for digit in range(10)]
    assert beside == [
        "missed",
        *(f"{of_digit.sum()} ({100 * of_digit.mean():.1f} %)" for of_digit in misses),
    ]


def confusion_errors(figure, run):
    """Errors in percent of each row, without the diagonal, both on one scale."""
    _assert_matrices(
        figure,
        run,
        TWO,
        lambda counts: (
            100 * (counts - np.diag(np.diag(counts))) / counts.sum(axis=1, keepdims=True)
        ),
        decimals=1,
    )


def picture_matrix(figure, run):
    """For each cell the most confident of own's mistakes, on paper that is darker the more there are."""
    images, labels = unseen(run)
    surest, read = scores(run, "own").max(axis=1), predicted(run, "own")
    (axes,) = figure.axes
    assert axes.get_xlabel() == "predicted digit" and axes.get_ylabel() == "true digit"
    cells = {}
    for image in axes.images:
        left, right, bottom, top = image.get_extent()
        cells[(bottom + top) / 2, (left + right) / 2] = np.asarray(image.get_array())
    assert sorted(cells) == list(np.ndindex(10, 10))
    written = {
        (round(text.get_position()[1] - 0.47), round(text.get_position()[0] - 0.46)): text
        for text in axes.texts
    }
    shade_of = {}
    for truth, guess in np.ndindex(10, 10):
        rows = np.flatnonzero((labels == truth) & (read == guess))
        cell = cells[truth, guess]
        paper = cell[-1, 0]  # a corner without ink
        if truth != guess:
            shade_of.setdefault(len(rows), set()).add(tuple(paper))
            label = written.pop((truth, guess)).get_text() if len(rows) else ""
            assert label == (str(len(rows)) if len(rows) else "")
        if not len(rows):
            assert (cell == 1).all(), "there is no such mistake"
            continue
        ink = 1 - (cell / paper)[:28, 2:30, 0]
        best = images[rows[surest[rows].argmax()]].reshape(28, 28)
        assert_allclose(ink / ink.max(), best / best.max(), atol=1e-6)
    assert not written
    brightness = [
        np.sum(shades.pop()) for _, shades in sorted(shade_of.items()) if len(shades) == 1
    ]
    assert len(brightness) == len(shade_of) and (np.diff(brightness) < 0).all()


def actual_and_predicted(figure, run):
    """Twenty-five test images with their label and what own reads; bold and framed where the two differ."""
    images, labels = unseen(run)
    rows = np.random.default_rng(0).choice(len(images), 25, replace=False)
    read = predicted(run, "own")[rows]
    assert_digits(figure, images[rows], "predicted {}\nactual {}", read, labels[rows])
    bold = [axes.title.get_weight() == "bold" for axes in figure.axes]
    assert_array_equal(bold, read != labels[rows])
    framed = [axes.spines["left"].get_linewidth() > 2 for axes in figure.axes]
    assert_array_equal(framed, read != labels[rows])


def confident_mistakes(figure, run):
    """The test images on which own is most confidently wrong, the most confident first."""
    images, labels = unseen(run)
    rows = evaluation.most_confident_mistakes(labels, scores(run, "own"), 20)
    of_own = scores(run, "own")[rows]
    in_percent = [f"{100 * score:.2f}\N{NO-BREAK SPACE}%" for score in of_own.max(axis=1)]
    values = of_own.argmax(axis=1), in_percent, labels[rows]
    assert_digits(figure, images[rows], "{} ({})\nactual {}", *values)


SHOWS = {
    "05_comparison": comparison,
    "05_gain_per_digit": gain_per_digit,
    "05_confusion_counts": confusion_counts,
    "05_confusion_errors": confusion_errors,
    "05_picture_matrix": picture_matrix,
    "05_actual_and_predicted": actual_and_predicted,
    "05_confident_mistakes": confident_mistakes,
    "05_threshold": threshold,
}
