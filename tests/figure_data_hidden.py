"""What the figures of notebook 04 must show, computed anew or from the histories and weights that it saved."""

import drawn
import numpy as np
import pandas as pd
from figure_data_training import assert_learning_curves, history_of, last_weights, validation
from numpy.testing import assert_allclose

SEED = 0  # as in the notebook


def _training(run):
    """The training images and labels of notebook 02."""
    arrays = run.arrays("preprocessed.npz")
    rows = arrays["train_rows"]
    return arrays["images"][rows], arrays["labels"][rows]


def boundaries(figure, run):
    """The first validation images of 1 and 5 in the plane of two components, and borders as good as the titles say."""
    from sklearn.decomposition import PCA

    images, labels = _training(run)
    learn = images[np.isin(labels, [1, 5])]
    pca = PCA(2, random_state=SEED).fit(learn)
    scale = pca.transform(learn).std(axis=0, ddof=1)
    new_images, new_labels = validation(run)
    of_both = np.isin(new_labels, [1, 5])
    places, is_five = pca.transform(new_images[of_both]) / scale, new_labels[of_both] == 5
    for axes, straight in zip(figure.axes, (True, False), strict=True):
        for name, wanted in (("1", False), ("5", True)):
            expected = places[:400][is_five[:400] == wanted]
            expected = expected[(np.abs(expected) < 3).all(axis=1)]
            assert_allclose(drawn.line(axes, name), expected, atol=1e-4)
        border = np.concatenate(
            [drawn.points(each) for each in axes.lines if each.get_label() == "boundary"]
        )
        # Most 5s lie on the left of the border, most 1s on its right.
        order = np.argsort(border[:, 1])
        at_height = np.interp(places[:, 1], border[order, 1], border[order, 0])
        right = np.mean((places[:, 0] < at_height) == is_five)
        told = drawn.title_of(axes).split(": ")[1].removesuffix("\N{NO-BREAK SPACE}% right")
        assert abs(100 * right - float(told)) < (0.5 if not run.dataset.is_sample else 5)
        line = np.polynomial.Polynomial.fit(border[:, 1], border[:, 0], 1)
        assert (np.abs(line(border[:, 1]) - border[:, 0]).max() < 0.05) == straight


def network(figure, run):
    """The first training image; one line for each pair of neighbours drawn, and the numbers of weights."""
    (shown,) = drawn.images_of(figure)
    assert_allclose(shown.ravel(), _training(run)[0][0])
    circles = [each for each in figure.artists if hasattr(each, "get_width")]
    across = [round(each.get_center()[0], 3) for each in circles]
    inputs, hidden, outputs = (across.count(place) for place in sorted(set(across)))
    assert outputs == 10
    assert len(figure.lines) + len(figure.artists) - len(circles) == hidden * (inputs + outputs)
    words = " ".join(text.get_text().replace("\n", " ") for text in figure.texts)
    for said in ("784 × 32 weights, 32 biases", "32 × 10 weights, 10 biases", "784 inputs"):
        assert said in words


def activations(figure, run):
    """ReLU and the sigmoid, and their slopes by small differences."""
    outputs, slopes = figure.axes
    functions = {"ReLU": lambda x: np.maximum(x, 0), "sigmoid": lambda x: 1 / (1 + np.exp(-x))}
    for name, function in functions.items():
        across, up = drawn.line(outputs, name).T
        assert_allclose(up, function(across))
        across, slope = drawn.line(slopes, name).T
        by_difference = (function(across + 1e-6) - function(across - 1e-6)) / 2e-6
        away = across != 0  # where ReLU has a corner
        assert_allclose(slope[away], by_difference[away], atol=1e-6)


def _start() -> list[np.ndarray]:
    """The starting weights of 784-32-10 by He's rule."""
    random = np.random.default_rng(SEED)
    arrays = []
    for inputs, neurons in ((784, 32), (32, 10)):
        arrays.append(random.normal(0, np.sqrt(2 / inputs), (inputs, neurons)))
    return arrays


def back_propagation(figure, run):
    """An image's way through the network before training; its gradient by small changes of weights."""
    images, labels = _training(run)
    first, second = _start()
    image, digit = images[0].astype(float), labels[0]

    def outputs(first, second):
        hidden = np.maximum(image @ first, 0)
        powers = np.exp(hidden @ second)
        return hidden, powers / powers.sum()

    def change(array, place):
        """The slope of the loss for one weight, by trial."""
        losses = []
        for step in (1e-5, -1e-5):
            array[place] += step
            losses.append(-np.log(outputs(first, second)[1][digit]))
            array[place] -= step
        return (losses[0] - losses[1]) / 2e-5

    panels = [axes for axes in figure.axes if axes.images]
    shown = [np.ravel(axes.images[0].get_array()).astype(float) for axes in panels]
    hidden, probabilities = outputs(first, second)
    assert_allclose(shown[0], image, atol=1e-6)
    assert_allclose(shown[1], hidden, atol=1e-4)
    assert_allclose(shown[2], probabilities, atol=1e-4)
    blame, errors = shown[4], shown[5]
    assert_allclose(errors, probabilities - np.eye(10)[digit], atol=1e-4)
    pixel, neuron = image.argmax(), np.abs(blame).argmax()
    by_trial = [change(first, (pixel, each)) / image[pixel] for each in range(32)]
    assert_allclose(blame, by_trial, atol=1e-4)
    assert_allclose(shown[3], image * blame[neuron], atol=1e-5)
    for axes in panels[3:]:
        lowest, highest = axes.images[0].get_clim()
        assert lowest == -highest


def width_sweep(figure, run):
    """The losses of three widths."""
    table = run.table("histories/width_sweep.csv")
    for axes, (width, history) in zip(figure.axes, table.groupby("width"), strict=True):
        assert drawn.title_of(axes) == f"{width} neurons"
        for label, column in (("training", "loss"), ("validation", "val_loss")):
            assert_allclose(drawn.line(axes, label), history[["epoch", column]], rtol=1e-5)
    assert figure.axes[0].get_yscale() == "log" and "log" in figure.axes[0].get_ylabel()


def overfitting(figure, run):
    """The losses and errors of C's runs, and a dot at each one's lowest validation loss."""
    table = run.table("histories/C.csv")
    seeds = sorted(table["seed"].unique())
    errors = 1 - table[["accuracy", "val_accuracy"]].to_numpy()
    # A logarithmic axis shows an error of 0 at half of the smallest other one.
    lowest = errors[errors > 0].min() / 2
    for axes, quantity in zip(figure.axes, ("loss", "accuracy"), strict=True):
        lines = [drawn.points(each) for each in axes.lines]
        for number, seed in enumerate(seeds):
            history = history_of(run, "C", seed)
            best = history["val_loss"].idxmin()
            if quantity == "accuracy":
                history = history.assign(
                    accuracy=(1 - history["accuracy"]).clip(lower=lowest),
                    val_accuracy=1 - history["val_accuracy"],
                )
            assert_allclose(lines[number], history[["epoch", quantity]])
            column = f"val_{quantity}"
            assert_allclose(lines[len(seeds) + number], history[["epoch", column]])
            at_best = history.loc[best, ["epoch", column]].to_numpy(dtype=float)
            assert_allclose(lines[-1][number], at_best)
            styles = [axes.lines[at].get_linestyle() for at in (number, len(seeds) + number)]
            assert styles == ["--", "-"]
        assert len(lines) == 2 * len(seeds) + 1
    assert figure.axes[1].get_yscale() == "log" and "error" in figure.axes[1].get_ylabel()


def ingredients(figure, run):
    """The networks of the experiment on the random split, each with all its runs."""
    from digits import results

    table = results.experiment("ingredients")
    assert_runs_with_intervals(figure, table[table["split"] == "random"])


def assert_runs_with_intervals(figure, table, panels=("loss", "error"), confidence=0.95):
    """The loss and the error of every run, with their mean and its interval; a network in each row."""
    names = list(dict.fromkeys(table["network"]))
    shown = drawn.tick_labels(figure, figure.axes[0].yaxis)
    assert shown == [name.replace(" - ", " without ") for name in names]
    values = {"loss": table["val_loss"], "error": 1 - table["val_accuracy"]}
    for axes, measured in zip(figure.axes, panels, strict=True):
        of_runs = values[measured]
        assert axes.get_xlabel().startswith(f"validation {measured}")
        for height, name in enumerate(names):
            runs = of_runs[table["network"] == name].to_numpy()
            assert_runs_and_mean(axes, height, runs, name, confidence)


def assert_runs_and_mean(axes, height, runs, name, confidence=0.95):
    """A row with every run as a dot, their mean, and its interval by Student's t."""
    from scipy import stats

    assert_allclose(drawn.line(axes, f"runs of {name}")[:, 0], runs)
    assert_allclose(drawn.line(axes, name), [[runs.mean(), height]])
    reach = stats.t.ppf((1 + confidence) / 2, len(runs) - 1) * stats.sem(runs)
    (interval,) = [ends for ends in np.concatenate(drawn.stretches(axes)) if ends[0, 1] == height]
    assert_allclose(interval[:, 0], [runs.mean() - reach, runs.mean() + reach], rtol=1e-3)
    assert_allclose(interval[:, 1], height)


def own_training(figure, run):
    """The own network's first run on the split."""
    own = history_of(run, "own-on-split").reset_index(drop=True)
    renamed = pd.DataFrame(own)
    for axes, quantity in zip(figure.axes, ("loss", "accuracy"), strict=True):
        for label, column in (("training", quantity), ("validation", f"val_{quantity}")):
            points = renamed[["epoch", column]].to_numpy(dtype=float)
            if quantity == "accuracy":
                points[:, 1] = 1 - points[:, 1]
            assert_allclose(drawn.line(axes, label), points, rtol=1e-5)


def published_training(figure, run):
    """The first runs of D-baseline and D-hidden."""
    names = ("D-baseline", "D-hidden")
    assert_learning_curves(figure, {name: history_of(run, name) for name in names}, errors=True)


def _normal(sums, weights):
    """Batch normalisation as the network predicts: scale, shift, mean, variance."""
    scale, shift, mean, variance = weights
    return scale * (sums - mean) / np.sqrt(variance + 1e-3) + shift


def _needed(run):
    """The first layer's weights, its activity, and its neurons in the order of the loss without each."""
    if "needed neurons" not in run.computed:
        weights = last_weights(run, "own-on-split")
        # Keras lists what is trained and what is averaged in the order of the layers.
        first, second, last, bias = weights[0], weights[5], weights[10], weights[11]
        images, labels = validation(run)
        activity = np.maximum(_normal(images @ first, weights[1:5]), 0)

        def loss_without(neuron):
            sums = activity @ second - np.outer(activity[:, neuron], second[neuron])
            scores = np.maximum(_normal(sums, weights[6:10]), 0) @ last + bias
            scores -= scores.max(axis=1, keepdims=True)
            logarithms = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
            return -logarithms[np.arange(len(labels)), labels].mean()

        losses = [loss_without(neuron) for neuron in range(first.shape[1])]
        run.computed["needed neurons"] = first, activity, labels, np.array(losses)
    return run.computed["needed neurons"]


def _columns_shown(shown, matrix) -> list[int]:
    """Which neuron each picture is of."""
    return [int(np.abs(matrix.T - each).sum(axis=1).argmin()) for each in shown]


def what_units_respond_to(figure, run):
    """The eight neurons without which the loss is highest, and their mean activity for each digit, on one scale."""
    matrix, activity, labels, losses = _needed(run)
    shown = np.stack([np.ravel(axes.images[0].get_array()) for axes in figure.axes[:8]])
    units = _columns_shown(shown, matrix)
    assert_allclose(losses[units], np.sort(losses)[::-1][:8], atol=1e-5)
    for column, unit in enumerate(units):
        assert_allclose(shown[column], matrix[:, unit])
        assert figure.axes[column].images[0].get_clim() == (-0.4, 0.4)
        expected = [activity[labels == digit, unit].mean() for digit in range(10)]
        assert_allclose(drawn.bars(figure.axes[8 + column])[0], expected, rtol=1e-3, atol=1e-4)
    assert len({axes.get_ylim() for axes in figure.axes[8:16]}) == 1


SHOWS = {
    "04_boundaries": boundaries,
    "04_network": network,
    "04_activations": activations,
    "04_back_propagation": back_propagation,
    "04_width_sweep": width_sweep,
    "04_overfitting": overfitting,
    "04_ingredients": ingredients,
    "04_own_training": own_training,
    "04_what_units_respond_to": what_units_respond_to,
    "04_published_training": published_training,
}
