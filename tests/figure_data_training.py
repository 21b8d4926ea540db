"""What the figures of notebooks 03 and 04 must show, from the histories and weights that they saved."""

import drawn
import numpy as np
from digits import evaluation
from numpy.testing import assert_allclose, assert_array_equal

SEED = 0  # as in the notebooks


def assert_learning_curves(figure, histories, errors=False) -> None:
    """Compare a figure of learning curves with the histories of its networks, by the names of its lines."""
    validated = any(
        "val_loss" in history and history["val_loss"].notna().all()
        for history in histories.values()
    )
    for axes, quantity in zip(figure.axes, ("loss", "accuracy"), strict=True):
        expected = {}
        for name, history in histories.items():
            for column, part in ((quantity, "training"), (f"val_{quantity}", "validation")):
                if column in history and history[column].notna().all():
                    points = history[["epoch", column]].to_numpy(dtype=float)
                    if errors and quantity == "accuracy":
                        points[:, 1] = 1 - points[:, 1]
                    expected[f"{name}, {part}" if validated else name] = points
        if errors and quantity == "accuracy":
            assert axes.get_yscale() == "log" and "error" in axes.get_ylabel()
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
    """Both baselines' first runs, the second one's markers small enough to lie within the first one's."""
    names = ("sigmoid", "softmax")
    assert_learning_curves(figure, {name: history_of(run, f"baseline-{name}") for name in names})
    for axes in figure.axes:
        for part in ("training", "validation"):
            sizes = {each.get_label(): each.get_markersize() for each in axes.lines}
            assert sizes[f"softmax, {part}"] < 0.5 * sizes[f"sigmoid, {part}"]
        (words,) = [text.get_text() for text in axes.texts if "marker" in text.get_text()]
        assert words == "outer marker: sigmoid\ninner marker: softmax"


def luck(figure, run):
    """The validation accuracy of each of the softmax baseline's runs, in all epochs and in the last five."""
    all_epochs, last_five = figure.axes
    assert len(all_epochs.lines) == len(last_five.lines) == 5
    for seed in range(5):
        history = history_of(run, "baseline-softmax", seed)[["epoch", "val_accuracy"]].to_numpy()
        assert_allclose(drawn.line(all_epochs, f"seed {seed}"), history)
        assert_allclose(drawn.line(last_five, f"seed {seed}"), history[-5:])
        (name,) = [text for text in last_five.texts if text.get_text() == f"seed {seed}"]
        assert_allclose(name.xy[1], history[-1, 1])


def scores_of_one_image(figure, run):
    """A validation image, and its scores by both baselines, which add up to what the titles say."""
    images, labels = validation(run)
    (shown,) = drawn.images_of(figure)
    (row,) = np.flatnonzero((images == shown.ravel()).all(axis=1))
    assert drawn.titles_of(figure) == [f"label {labels[row]}"]
    for axes, activation in zip(figure.axes[1:], ("sigmoid", "softmax"), strict=True):
        scores = baseline_scores(run, images[[row]], activation)[0]
        assert_allclose(drawn.bars(axes)[0], scores, atol=1e-4)
        name, total = drawn.title_of(axes).split(": sum ")
        assert name == f"baseline-{activation}" and abs(float(total) - scores.sum()) < 0.006
        assert axes.get_ylim() == (0, 1.05)


def filmstrip(figure, run):
    """The softmax baseline's weights while it is trained once more, one row for each step, all on one scale."""
    film = _filmed(run)
    panels = [axes for axes in figure.axes if not drawn.is_colour_bar(axes)]
    assert len(panels) == 10 * len(film)
    for row, (step, matrix) in enumerate(film.items()):
        of_step = panels[10 * row : 10 * row + 10]
        assert of_step[0].get_ylabel() == f"step {step:,}"
        shown = np.stack([np.ravel(axes.images[0].get_array()) for axes in of_step])
        assert_allclose(shown, matrix.T, atol=1e-5)
    assert [drawn.title_of(axes) for axes in panels[:10]] == [str(digit) for digit in range(10)]
    assert {axes.images[0].get_clim() for axes in panels} == {(-0.6, 0.6)}
    # It ends near the weights of the run that saw the images in another order.
    saved, _ = last_weights(run, "baseline-softmax")
    assert np.corrcoef(list(film.values())[-1].ravel(), saved.ravel())[0, 1] > 0.95


def _filmed(run) -> dict[int, np.ndarray]:
    """The weights after some numbers of steps, and at the end, of a training in Keras's own way."""
    from digits import training  # imports TensorFlow

    keras = training.keras
    arrays = run.arrays("preprocessed.npz")
    rows = arrays["train_rows"]
    keras.utils.set_random_seed(SEED)
    model = keras.Sequential(
        [keras.Input(shape=(784,)), keras.layers.Dense(10, activation="softmax")]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    film, done = {0: model.get_weights()[0]}, 0

    def after_batch(_batch, logs):
        nonlocal done
        done += 1
        if done in (10, 100, 1000):
            film[done] = model.get_weights()[0]

    watching = keras.callbacks.LambdaCallback(on_train_batch_end=after_batch)
    model.fit(
        arrays["images"][rows],
        arrays["labels"][rows],
        epochs=10,
        batch_size=128,
        callbacks=[watching],
        verbose=0,
    )
    return film | {done: model.get_weights()[0]}


def predictions(figure, run):
    """The first twenty validation images, with their label and the softmax baseline's prediction."""
    images, labels = (array[:20] for array in validation(run))
    predicted = baseline_scores(run, images, "softmax").argmax(axis=1)
    assert_digits(figure, images, "predicted {}\nactual {}", predicted, labels)
    bold = [axes.title.get_weight() == "bold" for axes in figure.axes]
    thick = [axes.spines["left"].get_linewidth() > 2 for axes in figure.axes]
    assert_array_equal(bold, predicted != labels)
    assert_array_equal(thick, predicted != labels)


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
    assert_learning_curves(figure, {name: history_of(run, name) for name in names}, errors=True)


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


def own_training(figure, run):
    """The widest plain network, and the own one's first run."""
    sweep = run.table("histories/width_sweep.csv")
    plain = sweep[sweep["width"] == sweep["width"].max()]
    histories = {"plain": plain, "own-on-split": history_of(run, "own-on-split")}
    assert_learning_curves(figure, histories, errors=True)


def hidden_units(figure, run):
    """The own network's neurons with the largest weights, on one scale."""
    matrix = last_weights(run, "own")[0]
    panels = [axes for axes in figure.axes if not drawn.is_colour_bar(axes)]
    shown = np.stack([np.ravel(axes.images[0].get_array()) for axes in panels])
    assert_allclose(shown, matrix[:, _strongest(matrix)[:12]].T)
    assert {axes.images[0].get_clim() for axes in panels} == {(-0.4, 0.4)}


def what_units_respond_to(figure, run):
    """Eight neurons' weights, and their mean activity for each digit, by hand, all on one scale."""
    matrix, scale, shift, mean, variance = last_weights(run, "own")[:5]
    units = _strongest(matrix)[:8]
    images, labels = validation(run)
    sums = images @ matrix[:, units]
    normal = (sums - mean[units]) / np.sqrt(variance[units] + 1e-3)
    activity = np.maximum(scale[units] * normal + shift[units], 0)
    for column, unit in enumerate(units):
        (image,) = figure.axes[column].images
        assert_allclose(np.ravel(image.get_array()), matrix[:, unit])
        assert image.get_clim() == (-0.4, 0.4)
        expected = [activity[labels == digit, column].mean() for digit in range(10)]
        assert_allclose(drawn.bars(figure.axes[8 + column])[0], expected, rtol=1e-3, atol=1e-5)
    assert len({axes.get_ylim() for axes in figure.axes[8:16]}) == 1


def _strongest(matrix) -> np.ndarray:
    """The columns of a matrix, the longest first."""
    return np.argsort(-np.linalg.norm(matrix, axis=0), kind="stable")


SHOWS = {
    "03_published_training": baseline_published_training,
    "03_learning_curves": learning_curves,
    "03_luck": luck,
    "03_scores_of_one_image": scores_of_one_image,
    "03_filmstrip": filmstrip,
    "03_predictions": predictions,
    "03_confident_mistakes": confident_mistakes,
    "04_published_training": hidden_published_training,
    "04_width_sweep": width_sweep,
    "04_overfitting": overfitting,
    "04_own_training": own_training,
    "04_hidden_units": hidden_units,
    "04_what_units_respond_to": what_units_respond_to,
}
