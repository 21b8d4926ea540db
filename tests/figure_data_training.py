"""What the figures of notebooks 03 and 04 must show, from the histories and weights that they saved."""

import drawn
import numpy as np
from digits import evaluation
from numpy.testing import assert_allclose, assert_array_equal

SEED = 0  # as in the notebooks


def assert_learning_curves(figure, histories) -> None:
    """Compare a figure of learning curves with the histories of its networks, by their names in the legend."""
    for axes, quantity in zip(figure.axes, ("loss", "accuracy"), strict=True):
        expected = {}
        for name, history in histories.items():
            for column, part in ((quantity, "training"), (f"val_{quantity}", "validation")):
                if column in history and history[column].notna().all():
                    label = f"{name}, {part}" if len(histories) > 1 else part
                    expected[label] = history[["epoch", column]].to_numpy(dtype=float)
        assert {each.get_label() for each in axes.lines} == set(expected)
        for label, points in expected.items():
            assert_allclose(drawn.line(axes, label), points, rtol=1e-5)


def history_of(run, name, seed=SEED):
    """The history of one run, as its notebook saved it."""
    table = run.table(f"histories/{name}.csv")
    return table[table["seed"] == seed]


def last_weights(run, name) -> list[np.ndarray]:
    """The weights of a network's first run at its end."""
    arrays = run.arrays(f"weights/{name}.npz")
    return [arrays[key][0, -1] for key in sorted(arrays) if key.startswith("weights_")]


def validation(run):
    """The validation images and labels of notebook 02."""
    arrays = run.arrays("preprocessed.npz")
    rows = arrays["validation_rows"]
    return arrays["images"][rows], arrays["labels"][rows]


def baseline_scores(run, images, activation) -> np.ndarray:
    """The scores of a baseline without a hidden layer, by hand: float, shape (images, 10)."""
    weights, biases = last_weights(run, f"baseline-{activation}")
    sums = images.astype(float) @ weights + biases
    if activation == "sigmoid":
        return 1 / (1 + np.exp(-sums))
    powers = np.exp(sums - sums.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# ---------------------------------------------------------------- 03


def baseline_published_training(figure, run):
    """The training of D-baseline in Keras's own way, which the saved run of the same seed repeats closely."""
    saved = history_of(run, "D-baseline")
    for axes, quantity in zip(figure.axes, ("loss", "accuracy"), strict=True):
        (curve,) = axes.lines
        assert_array_equal(drawn.points(curve)[:, 0], saved["epoch"])
        assert_allclose(drawn.points(curve)[:, 1], saved[quantity], atol=0.02)


def learning_curves(figure, run):
    """Both baselines' first runs."""
    names = ("sigmoid", "softmax")
    assert_learning_curves(figure, {name: history_of(run, f"baseline-{name}") for name in names})


def luck(figure, run):
    """The validation accuracy of each of the softmax baseline's runs, by epoch and at the end."""
    by_epoch, at_end = figure.axes
    (ends,) = drawn.dots(at_end)
    assert len(by_epoch.lines) == len(ends) == 5
    for seed in range(5):
        history = history_of(run, "baseline-softmax", seed)[["epoch", "val_accuracy"]].to_numpy()
        assert_allclose(drawn.line(by_epoch, f"seed {seed}"), history)
        assert_allclose(ends[seed], [seed, history[-1, 1]])


def scores_of_one_image(figure, run):
    """A validation image, and its scores by both baselines, which add up to what the titles say."""
    images, labels = validation(run)
    (shown,) = drawn.images_of(figure)
    (row,) = np.flatnonzero((images == shown.ravel()).all(axis=1))
    assert drawn.titles_of(figure) == [f"label {labels[row]}"]
    for axes, activation in zip(figure.axes[1:], ("sigmoid", "softmax"), strict=True):
        scores = baseline_scores(run, images[[row]], activation)[0]
        assert_allclose(drawn.bars(axes)[0], scores, atol=1e-4)
        name, total = axes.get_title(loc="left").split(": sum ")
        assert name.lower() == activation and abs(float(total) - scores.sum()) < 0.006


def weights(figure, run):
    """The softmax baseline's weights, one image for each digit, positive in red on one scale around 0."""
    matrix, _ = last_weights(run, "baseline-softmax")
    assert_allclose(np.stack(drawn.images_of(figure)[:10]).reshape(10, 784), matrix.T)
    for digit, axes in enumerate(figure.axes[:10]):
        assert axes.images[0].get_clim() == (-0.8, 0.8) and axes.get_title() == str(digit)


def predictions(figure, run):
    """The first twenty validation images, with their label and the softmax baseline's prediction."""
    images, labels = (array[:20] for array in validation(run))
    predicted = baseline_scores(run, images, "softmax").argmax(axis=1)
    assert_digits(figure, images, "predicted {}\nactual {}", predicted, labels)
    bold = [axes.title.get_weight() == "bold" for axes in figure.axes]
    assert_array_equal(bold, predicted != labels)


def confident_mistakes(figure, run):
    """The validation images on which the softmax baseline is most confidently wrong."""
    images, labels = validation(run)
    scores = baseline_scores(run, images, "softmax")
    rows = evaluation.most_confident_mistakes(labels, scores, 10)
    predicted = scores[rows].argmax(axis=1)
    assert_digits(figure, images[rows], "predicted {}\nactual {}", predicted, labels[rows])


def assert_digits(figure, images, template, *values) -> None:
    """Compare a grid of digits with its images, and its titles with a template filled in."""
    shown = np.stack(drawn.images_of(figure)).reshape(len(images), -1)
    assert_allclose(shown, np.reshape(images, (len(images), -1)))
    expected = [template.format(*of_one) for of_one in zip(*values, strict=True)]
    assert drawn.titles_of(figure) == expected


# ---------------------------------------------------------------- 04


def hidden_published_training(figure, run):
    """The first runs of D-baseline and D-hidden."""
    names = ("D-baseline", "D-hidden")
    assert_learning_curves(figure, {name: history_of(run, name) for name in names})


def width_sweep(figure, run):
    """The losses of three widths."""
    table = run.table("histories/width_sweep.csv")
    for axes, (width, history) in zip(figure.axes, table.groupby("width"), strict=True):
        assert axes.get_title(loc="left") == f"{width} neurons"
        for label, column in (("training", "loss"), ("validation", "val_loss")):
            assert_allclose(drawn.line(axes, label), history[["epoch", column]], rtol=1e-5)
    assert figure.axes[0].get_yscale() == "log" and "log" in figure.axes[0].get_ylabel()


def overfitting(figure, run):
    """The runs of C, and a dot at each one's lowest validation loss."""
    table = run.table("histories/C.csv")
    seeds = sorted(table["seed"].unique())
    for axes, quantity in zip(figure.axes, ("loss", "accuracy"), strict=True):
        lines = [drawn.points(each) for each in axes.lines]
        for number, seed in enumerate(seeds):
            history = history_of(run, "C", seed)
            assert_allclose(lines[number], history[["epoch", quantity]])
            column = f"val_{quantity}"
            assert_allclose(lines[len(seeds) + number], history[["epoch", column]])
            best = history.loc[history["val_loss"].idxmin()]
            assert_allclose(lines[-1][number], best[["epoch", column]].to_numpy(dtype=float))
            styles = [axes.lines[at].get_linestyle() for at in (number, len(seeds) + number)]
            assert styles == ["--", "-"]
        assert len(lines) == 2 * len(seeds) + 1


def learning_rate(figure, run):
    """Half a cosine from 0.002 to 0 in twenty epochs."""
    (curve,) = figure.axes[0].lines
    epochs, rates = drawn.points(curve).T
    assert_allclose(epochs[[0, -1]], [0, 20])
    assert_allclose(rates, 0.001 * (1 + np.cos(np.pi * epochs / 20)), atol=1e-8)


def own_training(figure, run):
    """The widest plain network, and the own one's first run."""
    sweep = run.table("histories/width_sweep.csv")
    plain = sweep[sweep["width"] == sweep["width"].max()]
    histories = {"256 neurons, plain": plain, "own": history_of(run, "own-on-split")}
    assert_learning_curves(figure, histories)


def hidden_units(figure, run):
    """The own network's neurons with the largest weights."""
    matrix = last_weights(run, "own")[0]
    shown = np.stack(drawn.images_of(figure)).reshape(-1, 784)
    assert_allclose(shown, matrix[:, _strongest(matrix)[:24]].T)
    assert len({axes.images[0].get_clim() for axes in figure.axes}) == 1


def what_units_respond_to(figure, run):
    """Eight neurons' weights, and their mean activity for each digit, by hand."""
    matrix, scale, shift, mean, variance = last_weights(run, "own")[:5]
    units = _strongest(matrix)[:8]
    images, labels = validation(run)
    sums = images @ matrix[:, units]
    normal = (sums - mean[units]) / np.sqrt(variance[units] + 1e-3)
    activity = np.maximum(scale[units] * normal + shift[units], 0)
    for column, unit in enumerate(units):
        (image,) = figure.axes[column].images
        assert_allclose(np.ravel(image.get_array()), matrix[:, unit])
        expected = [activity[labels == digit, column].mean() for digit in range(10)]
        assert_allclose(drawn.bars(figure.axes[8 + column])[0], expected, rtol=1e-3, atol=1e-5)


def _strongest(matrix) -> np.ndarray:
    """The columns of a matrix, the longest first."""
    return np.argsort(-np.linalg.norm(matrix, axis=0), kind="stable")


SHOWS = {
    "03_published_training": baseline_published_training,
    "03_learning_curves": learning_curves,
    "03_luck": luck,
    "03_scores_of_one_image": scores_of_one_image,
    "03_weights": weights,
    "03_predictions": predictions,
    "03_confident_mistakes": confident_mistakes,
    "04_published_training": hidden_published_training,
    "04_width_sweep": width_sweep,
    "04_overfitting": overfitting,
    "04_learning_rate": learning_rate,
    "04_own_training": own_training,
    "04_hidden_units": hidden_units,
    "04_what_units_respond_to": what_units_respond_to,
}
