"""What the figures of *How sure are we?* must show, from the scores on test images and the results that were saved."""

import re

import drawn
import numpy as np
from digits import results, series
from digits.training import recipes
from figure_data_comparison import predicted, unseen
from figure_data_hidden import assert_runs_and_mean
from numpy.testing import assert_allclose
from scipy import optimize, special, stats

# The test images whose labels fewer than three of five reviewers chose (cleanlab/label-errors, mturk/mnist_mturk.json).
DISPUTED = (947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651, 6783, 8527, 9679, 9729)


def who_beats_whom(figure, run):
    """By how many errors the first runs are ahead, and for each pair how much confirms it: shade, weight and words."""
    names = _compared()
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


def two_lucks(figure, run):
    """Left: own's runs, and a histogram of a thousand draws as wide as the standard error; right: spreads of runs."""
    _, labels = unseen(run)
    arrays = run.arrays("predictions/test_scores.npz")
    left, right = figure.axes
    accuracies = (arrays["own"].argmax(axis=2) == labels).mean(axis=1)
    assert_allclose(drawn.line(left, "own")[:, 0], accuracies)
    assert_allclose(drawn.line(left, "the first run")[0, 0], accuracies[0])
    (histogram,) = left.patches
    heights, edges, _ = histogram.get_data()
    assert heights.sum() == 1000
    centres = (edges[:-1] + edges[1:]) / 2
    mean = np.average(centres, weights=heights)
    deviation = np.sqrt(np.average((centres - mean) ** 2, weights=heights))
    standard_error = np.sqrt(accuracies[0] * (1 - accuracies[0]) / len(labels))
    assert abs(mean - accuracies[0]) < 0.15 * standard_error
    assert abs(deviation / standard_error - 1) < 0.1
    names = drawn.tick_labels(figure, right.yaxis)
    assert names == _compared()
    as_wide = []
    for row, (name, (stretch,)) in enumerate(zip(names, drawn.stretches(right), strict=True)):
        is_right = arrays[name].argmax(axis=2) == labels
        spread = 100 * is_right.mean(axis=1).std(ddof=1)
        assert_allclose(drawn.line(right, name), [[spread, row]])
        # If luck of the images alone acts, the variance is that of the images times chi-squared over its degrees.
        from_images = is_right.var(axis=0, ddof=1).mean() / len(labels)
        free = len(is_right) - 1
        ends = 100 * np.sqrt(from_images * stats.chi2.ppf([0.025, 0.975], free) / free)
        assert_allclose(stretch[:, 0], ends, rtol=0.15, atol=0.01)
        assert_allclose(stretch[:, 1], row)
        as_wide.append(np.ptp(stretch[:, 0]) / np.ptp(ends))
    # The middle 90 % would be 0.85 times as wide.
    assert abs(np.mean(as_wide) - 1) < 0.07


def _compared() -> list[str]:
    """The networks that the notebook compares, in its order."""
    names = [*series.BASELINES, *series.HIDDEN_LAYER_NETWORKS]
    return [name for name in names if name not in ("baseline-sigmoid", "own-on-split")]


def disputed_labels(figure, run):
    """The study's test images, each under its index, without labels."""
    images, _ = unseen(run)
    for row, image, title in zip(
        DISPUTED, drawn.images_of(figure), drawn.titles_of(figure), strict=True
    ):
        assert_allclose(image.ravel(), images[row])
        assert title == str(row)


# ---------------------------------------------------------------- reliability, before and after a temperature


def reliability(figure, run):
    """Accuracy against two confidences in bins of at least 20 images, with intervals, and the calibration errors."""
    _, labels = unseen(run)
    names = ("baseline-softmax", "B", "C", "own-on-split")
    for axes, name in zip(figure.axes, names, strict=True):
        assert axes.get_title(loc="left") == name
        of_first_run = run.arrays("predictions/test_scores.npz")[name][0].astype(float)
        after = special.softmax(_logarithms(of_first_run) / _temperature(run, name), axis=1)
        assert_allclose(drawn.points(axes.lines[0]), [[0, 0], [1, 1]])
        found = []
        for label, values, intervals in zip(
            (name, "after"), (of_first_run, after), drawn.stretches(axes), strict=True
        ):
            found.append(_assert_bins(axes, label, values, labels, intervals))
        (said,) = [text.get_text() for text in axes.texts if "\n" in text.get_text()]
        told = [float(number) for number in re.findall(r"[\d.]+", said)]
        assert_allclose(told[:2], np.multiply(100, found), atol=0.06)
        surest, answers = of_first_run.max(axis=1), of_first_run.argmax(axis=1)
        in_last = surest > 0.9
        expected = surest[in_last].mean(), np.mean(answers[in_last] == labels[in_last])
        assert_allclose(told[2:], np.multiply(100, expected), atol=0.06)


def _assert_bins(axes, label, values, labels, intervals) -> float:
    """Assert that a panel shows these confidences in bins; return their calibration error."""
    surest, right = values.max(axis=1), values.argmax(axis=1) == labels
    of_bin = np.ceil(surest * 10).clip(1, 10)
    parts = [of_bin == number for number in range(1, 11) if (of_bin == number).any()]
    means = np.array([[surest[part].mean(), right[part].mean()] for part in parts])
    counts = np.array([part.sum() for part in parts])
    filled = [part for part in parts if part.sum() >= 20]
    expected = means[counts >= 20]
    assert_allclose(drawn.line(axes, label), expected, atol=2e-3)
    for interval, (place, _), part in zip(intervals, expected, filled, strict=True):
        limits = stats.binomtest(int(right[part].sum()), int(part.sum())).proportion_ci(
            method="wilson"
        )
        assert_allclose(interval[:, 0], place, atol=2e-3)
        assert_allclose(interval[:, 1], limits, atol=2e-3)
    return float(np.average(np.abs(means[:, 0] - means[:, 1]), weights=counts))


def _logarithms(probabilities) -> np.ndarray:
    return np.log(np.maximum(probabilities, 1e-38))


def _temperature(run, name) -> float:
    """The temperature with the lowest loss on the images that the first run of a network held back."""
    key = f"temperature of {name}"
    if key not in run.computed:
        from digits import training

        data = run.arrays("preprocessed.npz")
        rows = data["validation_rows"]
        if name in recipes.PUBLISHED:
            trained_on = recipes.PUBLISHED[name].images_trained_on(len(data["labels"]))
            rows = np.arange(trained_on, len(data["labels"]))
        probabilities = training.load_runs(name).scores(data["images"][rows])[0]
        logarithms, labels = _logarithms(probabilities.astype(float)), data["labels"][rows]

        def loss(temperature):
            scaled = special.log_softmax(logarithms / temperature, axis=1)
            return -scaled[np.arange(len(rows)), labels].mean()

        run.computed[key] = optimize.minimize_scalar(loss, bounds=(0.1, 20), method="bounded").x
    return run.computed[key]


# ---------------------------------------------------------------- choosing


def choosing(figure, run):
    """Four lines that rise with the candidates and fall with the images, and a fifth one by the rule."""
    (axes,) = figure.axes
    count = len(unseen(run)[1])
    sizes = [count // parts for parts in (16, 8, 4, 2)]
    measured = np.array([drawn.line(axes, f"{size:,} images") for size in sizes])
    for line in measured:
        assert_allclose(line[:, 0], [1, 2, 5, 10, 25, 75])
    points = measured[:, :, 1]
    assert (np.abs(points[:, 0]) < 0.06).all() or run.dataset.is_sample
    assert (np.diff(points, axis=1) > 0).all() or run.dataset.is_sample
    assert (np.diff(points[:, 1:], axis=0) < 0).all() or run.dataset.is_sample
    assert_allclose(
        drawn.line(axes, f"{count:,} images (by 1/√n)")[:, 1], points[-1] / np.sqrt(2), rtol=1e-6
    )
    # The best of 75 with half of the images: by splits of our own.
    if not run.dataset.is_sample:
        assert abs(points[-1, -1] - _flattery_of_halves(run)) < 0.06


def _flattery_of_halves(run) -> float:
    """By how many points the best epoch of C, chosen by half of the test images, does worse on the other half."""
    from digits import training

    images, labels = unseen(run)
    trained = training.load_runs("C")
    right = np.concatenate(
        [trained.scores(images, epoch).argmax(axis=2) == labels for epoch in trained.epochs_kept]
    )
    random, found = np.random.default_rng(1), []
    for _ in range(60):
        first, second = np.array_split(random.permutation(len(labels)), 2)
        for one, other in ((first, second), (second, first)):
            accuracies = right[:, one].mean(axis=1)
            best = accuracies.argmax()
            found.append(accuracies[best] - right[best, other].mean())
    return 100 * float(np.mean(found))


def splits(figure, run):
    """The error rates of six draws of each split, on validation and on test images, a network in each panel."""
    measured = results.experiment("writers")
    words = {"random": "random split", "writers": "split by writers"}
    columns = {"validation": "val_accuracy", "test": "test_accuracy"}
    rows = [(split, part) for split in words for part in columns]
    shown = drawn.tick_labels(figure, figure.axes[0].yaxis)
    assert shown == [f"{words[split]}: {part} images" for split, part in rows]
    for axes, network in zip(figure.axes, ("baseline-softmax", "own"), strict=True):
        assert axes.get_title(loc="left") == f"recipe of {network}"
        for height, (split, part) in enumerate(rows):
            of_row = measured[(measured["network"] == network) & (measured["split"] == split)]
            of_draws = 1 - of_row[columns[part]].to_numpy()
            assert_runs_and_mean(axes, height, of_draws, f"{split}, {part}")


SHOWS = {
    "06_two_lucks": two_lucks,
    "06_who_beats_whom": who_beats_whom,
    "06_choosing": choosing,
    "06_reliability": reliability,
    "06_splits": splits,
    "06_disputed_labels": disputed_labels,
}
