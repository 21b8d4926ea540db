"""What the figures of notebook 05 must show, from the scores on test images and the results that it saved."""

import drawn
import numpy as np
import pandas as pd
from digits import evaluation, series
from figure_data_training import assert_digits
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import metrics

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
    """A dot for each run's accuracy, a bar at their mean, and the interval of the first run."""
    results = run.table("results/05.csv")
    groups = (series.BASELINES, series.HIDDEN_LAYER_NETWORKS)
    for axes, group in zip(figure.axes, groups, strict=True):
        assert drawn.tick_labels(figure, axes.yaxis) == list(group)
        pieces = drawn.stretches(axes)
        for position, name in enumerate(group):
            rows = results[results["network"] == name]
            accuracies = rows["test_accuracy"].to_numpy()
            expected = np.column_stack([accuracies, np.full(len(rows), position)])
            assert_allclose(drawn.dots(axes)[position], expected)
            interval, mean = pieces[2 * position][0], pieces[2 * position + 1][0]
            assert_allclose(interval[:, 0], rows[["accuracy_low", "accuracy_high"]].iloc[0])
            assert_allclose(interval[:, 1], position)
            assert_allclose(mean[:, 0], accuracies.mean())


def gain_per_digit(figure, run):
    """Each digit's recall by two networks, the smallest gain first."""
    _, labels = unseen(run)
    recall = pd.DataFrame(
        {
            name: [np.mean(predicted(run, name)[labels == digit] == digit) for digit in range(10)]
            for name in TWO
        }
    )
    (axes,) = figure.axes
    order = [int(tick) for tick in drawn.tick_labels(figure, axes.yaxis)]
    assert sorted(order) == list(range(10))
    for name in TWO:
        expected = np.column_stack([recall.loc[order, name], range(10)])
        assert_allclose(drawn.line(axes, name), expected)
    gains = (recall["own"] - recall["baseline-softmax"])[order].to_numpy()
    assert (np.diff(gains) > -1e-9).all()


def precision_recall(figure, run):
    """Precision and recall of each digit by two networks."""
    _, labels = unseen(run)
    for axes, name in zip(figure.axes, TWO, strict=True):
        assert axes.get_title(loc="left") == name
        order = [*(set(range(10)) - {1, 5, 8}), 1, 5, 8]
        for digit, curve in zip(order, axes.lines, strict=True):
            precision, recalled, _ = metrics.precision_recall_curve(
                labels == digit, scores(run, name)[:, digit]
            )
            assert_allclose(drawn.points(curve), np.column_stack([recalled, precision]))
            named = curve.get_label() == f"digit {digit}"
            assert named == (digit in (1, 5, 8))


def _assert_matrices(figure, run, values_of, decimals):
    """Compare two confusion matrices, colours and numbers, with what a function makes of the counts."""
    _, labels = unseen(run)
    for axes, name in zip(figure.axes, TWO, strict=True):
        counts = np.zeros((10, 10))
        np.add.at(counts, (labels, predicted(run, name)), 1)
        values = values_of(counts)
        (image,) = axes.images
        assert_allclose(image.get_array(), values)
        assert axes.get_xlabel() == "predicted digit" and axes.get_ylabel() == "true digit"
        for axis in (axes.xaxis, axes.yaxis):
            assert drawn.tick_labels(figure, axis) == [*"0123456789"]
        written = {text.get_position(): text.get_text() for text in axes.texts}
        expected = {
            (column, row): f"{value:.{decimals}f}"
            for (row, column), value in np.ndenumerate(values)
        }
        assert written == {at: text for at, text in expected.items() if float(text)}
        assert axes.get_title(loc="left").split(",")[0] == name
    return [axes.images[0].get_clim() for axes in figure.axes]


def confusion_counts(figure, run):
    """How often each digit was taken for each."""
    _assert_matrices(figure, run, lambda counts: counts, decimals=0)


def confusion_percentages(figure, run):
    """The same in percent of each row, both on a scale from 0 to 100."""
    scales = _assert_matrices(
        figure, run, lambda counts: 100 * counts / counts.sum(axis=1, keepdims=True), decimals=1
    )
    assert scales == [(0, 100)] * 2


def confusion_errors(figure, run):
    """The same without the diagonal, both on one scale."""
    scales = _assert_matrices(
        figure, run, lambda counts: counts - np.diag(np.diag(counts)), decimals=0
    )
    assert scales[0] == scales[1]


def actual_and_predicted(figure, run):
    """Twenty-five test images with their label and what own reads; in bold where the two differ."""
    images, labels = unseen(run)
    rows = np.random.default_rng(0).choice(len(images), 25, replace=False)
    read = predicted(run, "own")[rows]
    assert_digits(figure, images[rows], "predicted {}\nactual {}", read, labels[rows])
    bold = [axes.title.get_weight() == "bold" for axes in figure.axes]
    assert_array_equal(bold, read != labels[rows])


def confident_mistakes(figure, run):
    """The test images on which own is most confidently wrong, the most confident first."""
    images, labels = unseen(run)
    rows = evaluation.most_confident_mistakes(labels, scores(run, "own"), 20)
    of_own = scores(run, "own")[rows]
    values = of_own.argmax(axis=1), of_own.max(axis=1), labels[rows]
    assert_digits(figure, images[rows], "{} ({:.0%})\nactual {}", *values)


SHOWS = {
    "05_comparison": comparison,
    "05_gain_per_digit": gain_per_digit,
    "05_precision_recall": precision_recall,
    "05_confusion_counts": confusion_counts,
    "05_confusion_percentages": confusion_percentages,
    "05_confusion_errors": confusion_errors,
    "05_actual_and_predicted": actual_and_predicted,
    "05_confident_mistakes": confident_mistakes,
}
