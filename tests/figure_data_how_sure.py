"""What the figures of *How sure are we?* must show, from the scores on test images and the results that were saved."""

import drawn
import numpy as np
from digits import series
from figure_data_comparison import predicted, scores, unseen
from numpy.testing import assert_allclose
from scipy import stats

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
    """By how many errors the first runs are ahead, and for each pair how much confirms it: shade, weight and words."""
    names = [*series.BASELINES, *series.HIDDEN_LAYER_NETWORKS]
    names = [name for name in names if name not in ("baseline-sigmoid", "own-on-split")]
    by_name = run.table("results/05.csv").groupby("network")["test_errors"]
    runs = {name: by_name.get_group(name).to_numpy() for name in names}
    _, labels = unseen(run)
    first = {name: int(np.sum(predicted(run, name) != labels)) for name in names}
    names = sorted(names, key=lambda name: -first[name])
    (axes,) = figure.axes
    assert drawn.tick_labels(figure, axes.xaxis) == names[:-1]
    assert drawn.tick_labels(figure, axes.yaxis) == names[1:]
    pairs = [(row, column) for row in range(len(names)) for column in range(row)]
    coins = [
        _mcnemar(*(predicted(run, names[place]) == labels for place in pair)) for pair in pairs
    ]
    shades = {}
    for (row, column), adjusted in zip(pairs, _holm(coins), strict=True):
        one, other = names[row], names[column]
        tested, every_run = adjusted < 0.05, runs[one].max() < runs[other].min()
        state = int(tested) + int(every_run)
        (paper,) = [patch for patch in axes.patches if _centre(patch) == (column, row)]
        shades.setdefault(state, set()).add(paper.get_facecolor())
        inside = [
            text
            for text in axes.texts
            if text.get_position()[0] == column and abs(text.get_position()[1] - row) < 0.46
        ]
        expected = [str(first[other] - first[one])]
        if state == 1:
            expected += ["first runs" if tested else "all runs"]
        assert [text.get_text() for text in inside] == expected
        assert (inside[0].get_weight() == "bold") == (state == 2)
    # The key's three patches say what the shades mean, each beside its words.
    for state, words in enumerate(("in neither", "in one of the two", "in the test")):
        (text,) = [each for each in axes.texts if each.get_text().startswith(words)]
        (key,) = [
            patch
            for patch in axes.patches
            if _centre(patch) == (4, round(text.get_position()[1], 6))
        ]
        assert shades.get(state, {key.get_facecolor()}) == {key.get_facecolor()}
    assert len(axes.patches) == len(pairs) + 3


def _centre(patch) -> tuple[float, float]:
    corner, size = np.array(patch.get_xy()), np.array([patch.get_width(), patch.get_height()])
    return tuple(np.round(corner + size / 2, 6))


def _mcnemar(one_is_right, other_is_right) -> float:
    """The p-value of an exact test of coins on the images that only one of two networks reads right."""
    only_one = int(np.sum(one_is_right & ~other_is_right))
    only_other = int(np.sum(other_is_right & ~one_is_right))
    if only_one == only_other:
        return 1.0
    return stats.binomtest(only_one, only_one + only_other).pvalue


def _holm(p_values) -> np.ndarray:
    """Holm's adjusted p-values."""
    order = np.argsort(p_values)
    adjusted, least = np.empty(len(p_values)), 0.0
    for rank, place in enumerate(order):
        least = max(least, min(1.0, p_values[place] * (len(p_values) - rank)))
        adjusted[place] = least
    return adjusted


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
    """Accuracy against confidence in bins of at least 20 images, with intervals, the diagonal and the error."""
    _, labels = unseen(run)
    names = ("baseline-softmax", "baseline-sigmoid", "C", "own")
    for axes, name in zip(figure.axes, names, strict=True):
        assert axes.get_title(loc="left") == name
        surest = scores(run, name).max(axis=1).astype(float)
        right = predicted(run, name) == labels
        of_bin = np.ceil(surest * 10).clip(1, 10)
        bins = [of_bin == number for number in range(1, 11) if (of_bin == number).any()]
        found = np.array([[surest[part].mean(), right[part].mean()] for part in bins])
        counts = np.array([part.sum() for part in bins])
        expected = found[counts >= 20]
        assert_allclose(drawn.line(axes, name), expected, atol=1e-5)
        assert_allclose(drawn.points(axes.lines[0]), [[0, 0], [1, 1]])
        (intervals,) = drawn.stretches(axes)
        for interval, (place, _), part in zip(
            intervals, expected, [part for part in bins if part.sum() >= 20], strict=True
        ):
            limits = stats.binomtest(int(right[part].sum()), int(part.sum())).proportion_ci(
                method="wilson"
            )
            assert_allclose(interval[:, 0], place, atol=1e-5)
            assert_allclose(interval[:, 1], limits)
        error = np.average(np.abs(found[:, 0] - found[:, 1]), weights=counts)
        (said,) = [text for text in axes.texts if text.get_text().startswith("calibration")]
        shown = said.get_text().removeprefix("calibration\nerror ").rstrip("%")
        assert abs(float(shown) - 100 * error) < 0.051


def abstain(figure, run):
    """The share of wrong answers among the most confident ones, where at least four of five images are answered."""
    _, labels = unseen(run)
    (axes,) = figure.axes
    for name in ("baseline-softmax", "D-hidden", "C", "own"):
        curve = drawn.line(axes, name)
        surest, wrong = scores(run, name).max(axis=1), predicted(run, name) != labels
        assert curve[:, 0].min() >= 0.8 and (curve[:, 1] > 0).all()
        for coverage, share in curve[:: max(1, len(curve) // 20)]:
            threshold = np.sort(surest)[::-1][round(coverage * len(labels)) - 1]
            answered = surest >= threshold
            assert_allclose([coverage, share], [answered.mean(), wrong[answered].mean()], atol=1e-8)
        assert_allclose(curve[-1], [1, wrong.mean()])
        # The line ends at four of five images, or where no answer is wrong any more.
        beyond = surest > np.sort(surest)[::-1][round(curve[0, 0] * len(labels)) - 1]
        assert beyond.mean() < 0.8 or not wrong[beyond].any()
        marked = drawn.line(axes, f"{name}, marks")
        assert all((np.abs(curve - mark).max(axis=1) < 1e-12).any() for mark in marked)
    assert axes.xaxis_inverted()


def choosing(figure, run):
    """500 splits on each side, each group's mean marked and written, that of the half that chose the higher one."""
    (axes,) = figure.axes
    names = ["on the other half", "on the half that chose it"]
    assert [patch.get_label() for patch in axes.patches] == names
    assert [patch.get_fill() for patch in axes.patches] == [True, False]
    for patch, mean, text in zip(axes.patches, axes.lines, axes.texts, strict=True):
        heights, edges, _ = patch.get_data()
        assert heights.sum() == 500
        centres, width = (edges[:-1] + edges[1:]) / 2, edges[1] - edges[0]
        # To half a bar's width, because the bars only say in which of them a value lies.
        place = drawn.points(mean)[0, 0]
        assert abs(place - np.average(centres, weights=heights)) < width / 2
        name, said = text.get_text().split(":\n")
        assert name == patch.get_label()
        assert said == f"{100 * place:.2f}\N{NO-BREAK SPACE}% in the mean"
    other, chosen = (drawn.points(mean)[0, 0] for mean in axes.lines)
    assert chosen > other
    # The best of C's runs and epochs; the saved scores hold the last epoch of each run.
    _, labels = unseen(run)
    of_c = run.arrays("predictions/test_scores.npz")["C"].argmax(axis=2) == labels
    assert of_c.mean(axis=1).max() - 0.005 < other < of_c.mean(axis=1).max() + 0.01


SHOWS = {
    "06_who_beats_whom": who_beats_whom,
    "06_disputed_labels": disputed_labels,
    "06_reliability": reliability,
    "06_abstain": abstain,
    "06_choosing": choosing,
}
