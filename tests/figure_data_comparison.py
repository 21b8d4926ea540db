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


def who_beats_whom(figure, run):
    """Points ahead in the first runs, and the share of pairs of runs that are won, colour and number alike."""
    names = [*series.BASELINES, *series.HIDDEN_LAYER_NETWORKS]
    names = [name for name in names if name not in ("baseline-sigmoid", "own-on-split")]
    by_name = run.table("results/05.csv").groupby("network")["test_accuracy"]
    runs = {name: by_name.get_group(name).to_numpy() for name in names}
    _, labels = unseen(run)
    first = {name: np.mean(predicted(run, name) == labels) for name in names}
    assert drawn.tick_labels(figure, figure.axes[0].yaxis) == names
    for axes in figure.axes:
        assert drawn.tick_labels(figure, axes.xaxis) == names
    for row, one in enumerate(names):
        for column, other in enumerate(names):
            if row == column:
                continue
            ahead = 100 * (first[one] - first[other])
            won = np.mean(runs[one][:, None] > runs[other])
            points, share = (_text_at(axes, column, row) for axes in figure.axes)
            assert abs(float(points) - ahead) < 0.051
            assert share == f"{won:.0%}"
            coloured, of_pairs = (image[row, column] for image in drawn.images_of(figure))
            assert coloured == 0 or abs(coloured - ahead) < 0.051
            assert_allclose(of_pairs, won - 0.5)
    for axes in figure.axes:
        low, high = axes.images[0].get_clim()
        assert low == -high, "white would not be the middle"


def _text_at(axes, column, row) -> str:
    (found,) = [text for text in axes.texts if text.get_position() == (column, row)]
    return found.get_text()


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


def disputed_labels(figure, run):
    """Test images with their own labels and what own reads, which are not all the same."""
    images, labels = unseen(run)
    row_of = {image.tobytes(): row for row, image in enumerate(images)}
    rows = [row_of[image.tobytes()] for image in drawn.images_of(figure)]
    assert len(set(rows)) == 15
    for row, title in zip(rows, drawn.titles_of(figure), strict=True):
        label, reviewers, own = (int(part.split()[-1]) for part in title.split("\n"))
        assert label == labels[row] != reviewers
        assert own == predicted(run, "own")[row]


def reliability(figure, run):
    """Accuracy against confidence in bins, the diagonal, and the calibration error in the title."""
    _, labels = unseen(run)
    names = ("baseline-softmax", "baseline-sigmoid", "C", "own")
    for axes, name in zip(figure.axes, names, strict=True):
        surest = scores(run, name).max(axis=1).astype(float)
        right = predicted(run, name) == labels
        of_bin = np.ceil(surest * 10).clip(1, 10)
        bins = [of_bin == number for number in range(1, 11) if (of_bin == number).any()]
        expected = np.array([[surest[part].mean(), right[part].mean()] for part in bins])
        counts = np.array([part.sum() for part in bins])
        assert_allclose(drawn.dots(axes)[0], expected, atol=1e-5)
        assert_allclose(drawn.points(axes.lines[1]), expected, atol=1e-5)
        assert_allclose(drawn.points(axes.lines[0]), [[0, 0], [1, 1]])
        assert_allclose(axes.collections[0].get_sizes(), 12 + 150 * counts / len(labels))
        error = np.average(np.abs(expected[:, 0] - expected[:, 1]), weights=counts)
        title, shown = axes.get_title(loc="left").split(": ECE ")
        assert title == name and abs(float(shown.rstrip("%")) - 100 * error) < 0.051


def abstain(figure, run):
    """The share of wrong answers among the most confident ones."""
    _, labels = unseen(run)
    for name in ("baseline-softmax", "D-hidden", "C", "own"):
        curve = drawn.line(figure.axes[0], name)
        surest, wrong = scores(run, name).max(axis=1), predicted(run, name) != labels
        for coverage, share in curve[:: len(curve) // 20]:
            threshold = np.sort(surest)[::-1][round(coverage * len(labels)) - 1]
            answered = surest >= threshold
            assert_allclose([coverage, share], [answered.mean(), wrong[answered].mean()])
        assert_allclose(curve[-1], [1, wrong.mean()])


def choosing(figure, run):
    """500 splits on each side, each group's mean marked, the orange one above the blue one."""
    (axes,) = figure.axes
    for heights, mean in zip(drawn.bars(axes), axes.lines, strict=True):
        assert heights.sum() == 500
        lefts = np.array([bar.get_x() for bar in axes.patches[: len(heights)]])
        centres = lefts + axes.patches[0].get_width() / 2
        # To half a bar's width, because the bars only say in which of them a value lies.
        assert abs(drawn.points(mean)[0, 0] - np.average(centres, weights=heights)) < (
            axes.patches[0].get_width() / 2
        )
    other, chosen = (drawn.points(mean)[0, 0] for mean in axes.lines)
    assert chosen > other
    # The best of C's runs and epochs; the saved scores hold the last epoch of each run.
    _, labels = unseen(run)
    of_c = run.arrays("predictions/test_scores.npz")["C"].argmax(axis=2) == labels
    assert of_c.mean(axis=1).max() - 0.005 < other < of_c.mean(axis=1).max() + 0.01
    named = [text.get_text() for text in axes.get_legend().get_texts()]
    assert named == ["on the other half", "on the half that chose it"]


SHOWS = {
    "05_comparison": comparison,
    "05_who_beats_whom": who_beats_whom,
    "05_gain_per_digit": gain_per_digit,
    "05_precision_recall": precision_recall,
    "05_confusion_counts": confusion_counts,
    "05_confusion_percentages": confusion_percentages,
    "05_confusion_errors": confusion_errors,
    "05_actual_and_predicted": actual_and_predicted,
    "05_confident_mistakes": confident_mistakes,
    "05_disputed_labels": disputed_labels,
    "05_reliability": reliability,
    "05_abstain": abstain,
    "05_choosing": choosing,
}
