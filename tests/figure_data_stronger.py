"""What the figures of notebooks 07 and 08 must show, from the tables, weights and trials that they saved."""

import drawn
import numpy as np
from digits import results
from figure_data_comparison import unseen
from figure_data_training import assert_learning_curves, history_of, last_weights
from numpy.lib.stride_tricks import sliding_window_view
from numpy.testing import assert_allclose, assert_array_equal
from scipy import ndimage

SEED = 0  # as in the notebooks


def distortions(figure, run):
    """A 5 on a grid, and in each row six distortions of it that the layer makes from this seed."""
    from digits.training.augmentation import RandomDistortion  # here, because it imports TensorFlow

    kinds = {
        "shift": {"shift": 3},
        "rotation": {"rotation": 25},
        "zoom and slant": {"zoom": 0.3, "slant": 0.3},
        "elastic": {"elastic": 1.5},
    }
    image = _first(run, 5).copy()
    grid = np.zeros((28, 28), dtype=bool)
    grid[2::4] = grid[:, 2::4] = True
    image[grid] = np.maximum(image[grid], 0.5)
    rows = np.stack(drawn.images_of(figure)).reshape(4, 7, 28, 28)
    for row, (kind, strengths), axes in zip(rows, kinds.items(), figure.axes[::7], strict=True):
        assert axes.get_ylabel() == kind
        assert_allclose(row[0], image)
        six = np.stack([image.ravel()] * 6)
        made = np.asarray(RandomDistortion(**strengths, seed=SEED)(six, training=True))
        assert_allclose(row[1:].reshape(6, 784), made, atol=1e-5)


def ablation(figure, run):
    """The last epoch of each row of the ablation, from the plain network on."""
    table = run.table("histories/ablation.csv")
    last = table.groupby("ingredient", sort=False).last()
    assert drawn.tick_labels(figure, figure.axes[0].yaxis) == list(last.index)
    for axes, column in zip(figure.axes, ("val_accuracy", "val_loss"), strict=True):
        (places,) = drawn.dots(axes)
        assert_allclose(places, np.column_stack([last[column], range(len(last))]))
        for piece, value in zip(drawn.stretches(axes)[0], last[column], strict=True):
            assert_allclose(sorted(piece[:, 0]), sorted([last[column].iloc[0], value]))
        assert column.split("_")[1] in axes.get_xlabel()


def convolution(figure, run):
    """A 7 and the same 7 moved, and both under two filters, by sums over windows."""
    seven = _first(run, 7)
    edges = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])
    shown = drawn.images_of(figure)
    for row, image in enumerate((seven, np.roll(seven, 3, axis=1))):
        assert_allclose(shown[3 * row], image)
        windows = sliding_window_view(image, (3, 3))
        for column, weights in ((1, edges), (2, edges.T)):
            expected = (windows * weights).sum(axis=(2, 3))
            assert_allclose(shown[3 * row + column], expected, atol=1e-5)
    assert drawn.titles_of(figure)[1:3] == ["lower edges", "right edges"]


def convolution_curves(figure, run):
    """The plain dense network, and the convolutional one without augmentation."""
    table = run.table("histories/ablation.csv")
    plain = table[table["ingredient"] == "two plain layers"]
    histories = {"two plain dense layers": plain}
    histories["conv-undistorted"] = history_of(run, "conv-undistorted")
    assert_learning_curves(figure, histories)


def filters_and_maps(figure, run):
    """The first layer's filters, and below each its map of a 7 after pooling and ReLU, by hand."""
    filters, biases = (
        array for array in last_weights(run, "conv") if array.shape in ((5, 5, 1, 16), (16,))
    )
    windows = sliding_window_view(_first(run, 7), (5, 5))
    for number in range(16):
        column = 16 * (number // 8) + number % 8
        (shown,) = figure.axes[column].images
        (below,) = figure.axes[column + 8].images
        assert figure.axes[column].get_title() == f"filter {number + 1}"
        weights = filters[:, :, 0, number]
        assert_allclose(shown.get_array(), weights)
        sums = (windows * weights).sum(axis=(2, 3)) + biases[number]
        pooled = sums.reshape(12, 2, 12, 2).max(axis=(1, 3))
        assert_allclose(below.get_array(), np.maximum(pooled, 0), atol=1e-4)


def conv_mistakes(figure, run):
    """Different test images under their own labels, each read as something else."""
    images, labels = unseen(run)
    row_of = {image.tobytes(): row for row, image in enumerate(images)}
    rows = [row_of[image.tobytes()] for image in drawn.images_of(figure)]
    assert len(set(rows)) == len(rows)
    table = run.table("results/07.csv")
    most = table.loc[table["network"] == "conv", "test_errors"].min()
    assert min(1, most) <= len(rows) <= min(20, most)
    for row, title in zip(rows, drawn.titles_of(figure), strict=True):
        label, read = title.split("\nread as ")
        assert int(label) == labels[row] != int(read)


def disturbances(figure, run):
    """Six test images, and what each disturbance at its strongest makes of them."""
    images, _ = unseen(run)
    watched = np.random.default_rng(SEED).permutation(len(images))[:6]
    before = images[watched].reshape(6, 28, 28)
    rows = np.stack(drawn.images_of(figure)).reshape(6, 6, 28, 28)
    names = [axes.get_ylabel() for axes in figure.axes[::6]]
    assert names == [
        "undisturbed",
        "shift",
        "rotation",
        "noise",
        "stroke thickness",
        "white square",
    ]
    assert_allclose(rows[0], before)
    directions = [(0, 4), (0, -4), (4, 0), (-4, 0)]
    for number, image in enumerate(before):
        padded = np.pad(image, 4)
        down, right = directions[number % 4]
        assert_allclose(rows[1, number], padded[4 - down : 32 - down, 4 - right : 32 - right])
        angle = 40 if number % 2 == 0 else -40
        assert_allclose(rows[2, number], ndimage.rotate(image, angle, reshape=False, order=1))
    noise = np.random.default_rng(SEED).normal(scale=0.6, size=before.shape)
    assert_allclose(rows[3], np.clip(before + noise, 0, 1), atol=1e-6)
    # Three pixels thicker: the darkest of 4 x 4 pixels.
    windows = sliding_window_view(np.pad(before, ((0, 0), (1, 2), (1, 2))), (4, 4), axis=(1, 2))
    assert_allclose(rows[4], windows.max(axis=(3, 4)))
    changed = rows[5] != before
    assert (rows[5][changed] == 0).all() and changed.any()


def robustness(figure, run):
    """Accuracy against each disturbance's level, a line for each network."""
    table = run.table("robustness.csv")
    kinds = dict(list(table.groupby("kind", sort=False)))
    assert len(kinds) == 5
    for axes, (kind, rows) in zip(figure.axes, kinds.items(), strict=False):
        assert axes.get_xlabel() == kind
        for name, curve in rows.groupby("network"):
            assert_allclose(drawn.line(axes, name), curve[["level", "accuracy"]])
    named = [text.get_text() for text in figure.axes[5].get_legend().get_texts()]
    assert named == list(table["network"].unique())


def cost(figure, run):
    """Error against seconds, each network's name beside its own circle."""
    table = results.read_cost()
    errors = [
        rows for name in ("05", "07") for _, rows in run.table(f"results/{name}.csv").iterrows()
    ]
    (places,) = drawn.dots(figure.axes[0])
    sizes = figure.axes[0].collections[0].get_sizes()
    written = {text.xy: text.get_text().split("\n")[0] for text in figure.axes[0].texts}
    for name, place, size in zip(table.index, places, sizes, strict=True):
        of_runs = [1 - row["test_accuracy"] for row in errors if row["network"] == name]
        assert_allclose(place, [table.loc[name, "seconds"], np.mean(of_runs)])
        assert_allclose(size, 20 + table.loc[name, "parameters"] / 600)
        assert written[tuple(place)] == name


# ---------------------------------------------------------------- 07


def history(figure, run):
    """Each trial's value, complete or pruned, the best so far, and the trial chosen by hand."""
    trials = run.table("trials.csv")
    (axes,) = figure.axes
    for state, rows in trials.groupby("state"):
        assert_allclose(drawn.line(axes, state), rows[["trial", "value"]])
    complete = trials["value"].where(trials["state"] == "complete")
    assert_allclose(drawn.line(axes, "best so far")[:, 1], complete.cummax().ffill())
    assert_allclose(drawn.line(axes, "chosen by hand (trial 0)")[:, 1], trials["value"][0])


def importance(figure, run):
    """Ten forests' shares, which add up to one each, and their means as bars."""
    (axes,) = figure.axes
    forests = np.stack([drawn.points(each)[:, 0] for each in axes.lines])
    assert forests.shape == (10, 5)
    assert_allclose(forests.sum(axis=1), 1)
    widths = [bar.get_width() for bar in axes.patches]
    assert_allclose(widths, forests.mean(axis=0))
    assert (np.diff(widths) >= 0).all()
    settings = [tick.replace(" ", "_") for tick in drawn.tick_labels(figure, axes.yaxis)]
    assert set(settings) == set(run.table("trials.csv").columns[4:])


def slices(figure, run):
    """The complete trials' errors against each setting, and a circle around the best."""
    trials = run.table("trials.csv")
    complete = trials[trials["state"] == "complete"]
    best = complete.loc[complete["value"].idxmax()]
    for axes in figure.axes[:5]:
        setting = axes.get_xlabel().replace(" ", "_")
        (places,) = drawn.dots(axes)
        assert_allclose(places, np.column_stack([complete[setting], 1 - complete["value"]]))
        assert_array_equal(axes.collections[0].get_array(), complete["trial"])
        assert_allclose(drawn.points(axes.lines[0]), [[best[setting], 1 - best["value"]]])


def winner(figure, run):
    """Every run's accuracy and interval, of three networks."""
    (axes,) = figure.axes
    tables = [run.table("results/05.csv"), run.table("results/08.csv")]
    names = ["D-hidden", "own", "tuned"]
    assert sorted(drawn.tick_labels(figure, axes.yaxis)) == names
    for position, name in enumerate(drawn.tick_labels(figure, axes.yaxis)):
        rows = next(rows for table in tables if len(rows := table[table["network"] == name]))
        places = drawn.points(axes.lines[position])
        assert_allclose(places[:, 0], rows["test_accuracy"])
        assert (np.abs(places[:, 1] - position) < 0.3).all()
        ends = drawn.stretches(axes)[position][:, :, 0]
        assert_allclose(ends, rows[["accuracy_low", "accuracy_high"]])


def _first(run, digit) -> np.ndarray:
    """The first image of a digit in the training part: float32, shape (28, 28)."""
    arrays = run.arrays("preprocessed.npz")
    rows = arrays["train_rows"]
    return arrays["images"][rows[arrays["labels"][rows] == digit][0]].reshape(28, 28)


SHOWS = {
    "07_distortions": distortions,
    "07_ablation": ablation,
    "07_convolution": convolution,
    "07_convolution_curves": convolution_curves,
    "07_filters_and_maps": filters_and_maps,
    "07_conv_mistakes": conv_mistakes,
    "07_disturbances": disturbances,
    "07_robustness": robustness,
    "07_cost": cost,
    "08_history": history,
    "08_importance": importance,
    "08_slices": slices,
    "08_winner": winner,
}
