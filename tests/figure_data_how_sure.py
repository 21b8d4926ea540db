"""What the figures of *How sure are we?* must show, from the scores on test images and the results that were saved."""

import drawn
import numpy as np
from digits import series
from figure_data_comparison import predicted, scores, unseen
from numpy.testing import assert_allclose

# Of five reviewers each, as the study published them (cleanlab/label-errors, mturk/mnist_mturk.json):
# the test image, the guess that they were shown, and the votes for its label and for the guess.
VOTES = {
    947: (9, 0, 5),
    1621: (6, 2, 3),
    1901: (4, 2, 3),
    2130: (9, 2, 2),
    2462: (0, 0, 4),
    2597: (3, 0, 4),
    2654: (1, 0, 2),
    3520: (4, 2, 0),
    3558: (0, 1, 4),
    5937: (3, 1, 3),
    6651: (6, 0, 5),
    6783: (6, 2, 3),
    8527: (9, 2, 2),
    9679: (3, 2, 0),
    9729: (6, 2, 3),
}


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


def disputed_labels(figure, run):
    """The study's test images with their own labels, its guesses and votes, and what own reads."""
    images, labels = unseen(run)
    row_of = {image.tobytes(): row for row, image in enumerate(images)}
    rows = [row_of[image.tobytes()] for image in drawn.images_of(figure)]
    assert rows == list(VOTES)
    for row, title in zip(rows, drawn.titles_of(figure), strict=True):
        guess, for_label, for_guess = VOTES[row]
        assert title == (
            f"label {labels[row]}: {for_label} of 5\nguess {guess}: {for_guess} of 5"
            f"\nown {predicted(run, 'own')[row]}"
        )


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
    "06_who_beats_whom": who_beats_whom,
    "06_disputed_labels": disputed_labels,
    "06_reliability": reliability,
    "06_abstain": abstain,
    "06_choosing": choosing,
}
