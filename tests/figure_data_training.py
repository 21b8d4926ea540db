"""What the figures of notebook 03 must show, from the histories and weights that it saved."""

import re

import drawn
import numpy as np
from digits import evaluation
from numpy.testing import assert_allclose

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


def learning_curves(figure, run):
    """The softmax baseline trained by Keras alone: measured during and after each epoch, and on validation images."""
    curves = _filmed(run)["curves"]
    for axes, quantity in zip(figure.axes, ("loss", "accuracy"), strict=True):
        columns = {
            "training, during": quantity,
            "training, after": f"{quantity}_after",
            "validation": f"val_{quantity}",
        }
        assert {each.get_label() for each in axes.lines} == set(columns)
        assert sorted(text.get_text() for text in axes.texts) == sorted(columns)
        for label, column in columns.items():
            points = np.column_stack([range(1, 11), curves[column]])
            assert_allclose(drawn.line(axes, label), points, atol=1e-4)


def templates(figure, run):
    """The mean image of each digit, the weights of the loop of notebook 02, and those of Keras with Adam."""
    arrays, film = run.arrays("preprocessed.npz"), _filmed(run)["film"]
    rows = arrays["train_rows"]
    images, labels = arrays["images"][rows], arrays["labels"][rows]
    means = np.stack([images[labels == digit].mean(axis=0) for digit in range(10)])
    panels = [axes for axes in figure.axes if not drawn.is_colour_bar(axes)]
    assert len(panels) == 30
    shown = np.stack([np.ravel(axes.images[0].get_array()) for axes in panels])
    assert_allclose(shown[:10], means, atol=1e-5)
    assert_allclose(shown[10:20], run.arrays("by_hand.npz")["weights"].T)
    assert_allclose(shown[20:], list(film.values())[-1].T, atol=1e-5)
    assert [drawn.title_of(axes) for axes in panels[:10]] == [str(digit) for digit in range(10)]
    assert [panels[row].get_ylabel() for row in (0, 10, 20)] == ["mean image", "SGD", "Adam"]
    assert {axes.images[0].get_clim() for axes in panels[10:]} == {(-0.6, 0.6)}


def luck(figure, run):
    """The validation accuracy of each of the softmax baseline's runs in the last five epochs."""
    (axes,) = figure.axes
    assert len(axes.lines) == 5
    for seed in range(5):
        history = history_of(run, "baseline-softmax", seed)[["epoch", "val_accuracy"]].to_numpy()
        assert_allclose(drawn.line(axes, f"seed {seed}"), history[-5:])
        (name,) = [text for text in axes.texts if text.get_text() == f"seed {seed}"]
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
    film = _filmed(run)["film"]
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


def _filmed(run) -> dict:
    """Notebook 03's training in Keras's own way: the weights after some numbers of steps, and the curves."""
    if "filmed" in run.computed:
        return run.computed["filmed"]
    from digits import training  # imports TensorFlow

    keras = training.keras
    arrays = run.arrays("preprocessed.npz")
    rows = arrays["train_rows"]
    images, labels = arrays["images"][rows], arrays["labels"][rows]
    keras.utils.set_random_seed(SEED)
    model = keras.Sequential(
        [keras.Input(shape=(784,)), keras.layers.Dense(10, activation="softmax")]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    film, done = {0: model.get_weights()[0]}, 0
    after = {"loss_after": [], "accuracy_after": []}

    def after_batch(_batch, logs):
        nonlocal done
        done += 1
        if done in (10, 100, 1000):
            film[done] = model.get_weights()[0]

    def after_epoch(_epoch, logs):
        matrix, biases = model.get_weights()
        sums = images.astype(float) @ matrix + biases
        sums -= sums.max(axis=1, keepdims=True)
        of_label = sums[np.arange(len(labels)), labels]
        after["loss_after"].append(np.mean(np.log(np.exp(sums).sum(axis=1)) - of_label))
        after["accuracy_after"].append(np.mean(sums.argmax(axis=1) == labels))

    history = model.fit(
        images,
        labels,
        epochs=10,
        batch_size=128,
        validation_data=validation(run),
        callbacks=[
            keras.callbacks.LambdaCallback(on_train_batch_end=after_batch, on_epoch_end=after_epoch)
        ],
        verbose=0,
    )
    film[done] = model.get_weights()[0]
    run.computed["filmed"] = {"film": film, "curves": history.history | after}
    return run.computed["filmed"]


def confident_mistakes(figure, run):
    """The validation images on which the softmax baseline is most confidently wrong."""
    images, labels = validation(run)
    scores = baseline_scores(run, images, "softmax")
    rows = evaluation.most_confident_mistakes(labels, scores, 10)
    predicted, sure = scores[rows].argmax(axis=1), scores[rows].max(axis=1)
    shown = np.stack(drawn.images_of(figure)).reshape(10, -1)
    assert_allclose(shown, images[rows])
    for title, digit, score, label in zip(
        drawn.titles_of(figure), predicted, sure, labels[rows], strict=True
    ):
        said = re.fullmatch(r"predicted (\d) \((\d\.\d{3})\)\nactual (\d)", title)
        assert (int(said[1]), int(said[3])) == (digit, label)
        assert abs(float(said[2]) - score) < 0.0006


def assert_digits(figure, images, template, *values) -> None:
    """Compare a grid of digits with its images, and its titles with a template filled in."""
    shown = np.stack(drawn.images_of(figure)).reshape(len(images), -1)
    assert_allclose(shown, np.reshape(images, (len(images), -1)))
    expected = [template.format(*of_one) for of_one in zip(*values, strict=True)]
    assert drawn.titles_of(figure) == expected


SHOWS = {
    "03_learning_curves": learning_curves,
    "03_templates": templates,
    "03_luck": luck,
    "03_scores_of_one_image": scores_of_one_image,
    "03_filmstrip": filmstrip,
    "03_confident_mistakes": confident_mistakes,
}
