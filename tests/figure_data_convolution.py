"""What the figures of notebook 07 on convolution, maps, mistakes and changed digits must show, computed anew."""

import re

import drawn
import numpy as np
from digits.charts.inside import DIGITS
from figure_data_comparison import unseen
from figure_data_training import last_weights, validation
from numpy.testing import assert_allclose
from scipy import ndimage

SEED = 0  # as in the notebook
LOWER_EDGE = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])
# Of conv's three convolutions and two poolings: the first row of the field of a value in the middle, and its side.
FIELDS = ((12, 5), (12, 6), (10, 10), (8, 12), (4, 20))


def first_of(run, digit) -> np.ndarray:
    """The first image of a digit in the training part: float32, shape (28, 28)."""
    arrays = run.arrays("preprocessed.npz")
    rows = arrays["train_rows"]
    return arrays["images"][rows[arrays["labels"][rows] == digit][0]].reshape(28, 28)


def scales_of(figure, places) -> set[tuple[float, float]]:
    """The lowest and highest values of the colours of the images in these axes."""
    return {figure.axes[place].images[0].get_clim() for place in places}


def _network(run, name):
    """A network's first run, as its notebook saved it."""
    if name not in run.computed:
        import keras  # here, because it imports TensorFlow
        from digits.training import RandomDistortion  # noqa: F401  (it registers the layer)

        run.computed[name] = keras.saving.load_model(run.folder / f"models/{name}.keras")
    return run.computed[name]


def _behind_relu(run, name, images) -> list[np.ndarray]:
    """The outputs of a network's ReLU layers for images."""
    import keras

    model = _network(run, name)
    outputs = [layer.output for layer in model.layers if isinstance(layer, keras.layers.ReLU)]
    return keras.Model(model.inputs[0], outputs).predict(images, batch_size=1000, verbose=0)


def _frames(axes) -> list[tuple[float, ...]]:
    """Column, row and side of the frames in some axes."""
    return [
        (*(np.array(frame.get_xy()) + 0.5), frame.get_width())
        for frame in axes.patches
        if not frame.get_fill()
    ]


def walk(figure, run):
    """Windows of a 7 at four places, their pixels, the products, which add up to the title's sum, and the map."""
    seven = first_of(run, 7)
    sums = ndimage.correlate(seven, LOWER_EDGE)[1:-1, 1:-1]
    shown, titles = drawn.images_of(figure), drawn.titles_of(figure)
    assert_allclose(shown[8], LOWER_EDGE)
    before = -1
    for column in range(4):
        row, place = map(int, re.fullmatch(r"row (\d+), column (\d+)", titles[column]).groups())
        assert 26 * row + place > before
        before = 26 * row + place
        assert_allclose(shown[column], seven)
        assert _frames(figure.axes[1 + column]) == [(place, row, 3)]
        pixels = seven[row : row + 3, place : place + 3]
        products = pixels * LOWER_EDGE
        for number, values in ((4, pixels), (9, products)):
            assert_allclose(shown[number + column], values)
        for axes, values in (
            (figure.axes[6 + column], pixels),
            (figure.axes[11 + column], products),
        ):
            told = [float(text.get_text().replace("\N{MINUS SIGN}", "-")) for text in axes.texts]
            assert_allclose(told, values.ravel(), atol=0.051)
        said = float(titles[9 + column].removeprefix("sum ").replace("\N{MINUS SIGN}", "-"))
        assert abs(said - products.sum()) < 0.006
        so_far = np.ravel(shown[13 + column])
        assert_allclose(so_far[: before + 1], sums.ravel()[: before + 1], atol=1e-5)
        assert np.isnan(so_far[before + 1 :].astype(float)).all()
        assert _frames(figure.axes[16 + column]) == [(place, row, 1)]


def sizes(figure, run):
    """A filter's map of the 7, and what padding, stride and pooling make of it, on one scale, pixels equally large."""
    padded = ndimage.correlate(first_of(run, 7), LOWER_EDGE, mode="constant")
    plain = padded[1:-1, 1:-1]
    largest = ndimage.maximum_filter(plain, size=2, origin=-1)[::2, ::2]
    expected = (plain, padded, plain[::2, ::2], largest)
    for values, shown, title in zip(
        expected, drawn.images_of(figure), drawn.titles_of(figure), strict=True
    ):
        assert_allclose(shown, values, atol=1e-5)
        assert title.endswith(f"{len(values)} × {len(values)}")
    assert len(scales_of(figure, range(4))) == 1
    assert len({np.ptp(axes.get_xlim()) for axes in figure.axes[:4]}) == 1


def receptive_fields(figure, run):
    """Frames of the fields' sides, with influence on every pixel within and on none outside."""
    for shown, axes, (first, side) in zip(
        drawn.images_of(figure), figure.axes, FIELDS, strict=False
    ):
        assert drawn.title_of(axes).endswith(f"\n{side} × {side}")
        assert _frames(axes) == [(first, first, side)]
        within = np.zeros((28, 28), dtype=bool)
        within[first : first + side, first : first + side] = True
        assert ((shown > 0) == within).all()
        assert shown.max() == 1


def maps(figure, run):
    """The first filters, each above its map of the 7, by hand; maps of the second convolution, on one scale."""
    seven = first_of(run, 7)
    filters, biases = (
        array for array in last_weights(run, "conv") if array.shape in ((5, 5, 1, 16), (16,))
    )
    windows = np.lib.stride_tricks.sliding_window_view(seven, (5, 5))
    sums = np.einsum("rcij,ijf->frc", windows, filters[:, :, 0]) + biases[:, np.newaxis, np.newaxis]
    first = np.maximum(sums.reshape(16, 12, 2, 12, 2).max(axis=(2, 4)), 0)
    second = _behind_relu(run, "conv", seven.reshape(1, 784))[1][0, :, :, :8]
    rows = np.array(drawn.images_of(figure)[:40], dtype=object).reshape(5, 8)
    shown = [np.stack([*rows[place], *rows[place + 2]]) for place in (0, 1)]
    assert_allclose(shown[0].astype(float), filters[:, :, 0].transpose(2, 0, 1), atol=1e-6)
    assert_allclose(shown[1].astype(float), first, atol=1e-4)
    of_second = np.stack(list(rows[4])).astype(float)
    assert_allclose(of_second, second.transpose(2, 0, 1), atol=1e-4)
    assert [axes.get_title() for axes in figure.axes[:8]] == [str(one) for one in range(1, 9)]
    assert len(scales_of(figure, [*range(8), *range(16, 24)])) == 1
    assert len(scales_of(figure, [*range(8, 16), *range(24, 40)])) == 1


def exciting(figure, run):
    """For six maps of the third convolution, the eight validation images with their highest values."""
    images, _ = validation(run)
    highest = _behind_relu(run, "conv", images)[2].max(axis=(1, 2))
    shown = np.stack(drawn.images_of(figure)).reshape(6, 8, 784)
    numbers = [int(axes.get_ylabel().removeprefix("map ")) - 1 for axes in figure.axes[::8]]
    assert len(set(numbers)) == 6
    for number, row in zip(numbers, shown, strict=True):
        eight = np.sort(highest[:, number])[::-1][:8]
        found = [highest[(images == image).all(axis=1), number].max() for image in row]
        assert_allclose(found, eight, atol=1e-4)


def moving(figure, run):
    """A test digit as it is and four pixels further right, one map of each, and the dense layer's activations."""
    digit = unseen(run)[0][0].reshape(28, 28)
    moved = ndimage.shift(digit, (0, 4), order=0)
    both = np.stack([digit, moved]).reshape(2, 784)
    _, second, _, dense = _behind_relu(run, "conv-undistorted", both)
    number = second[0].max(axis=(0, 1)).argmax()
    shown = drawn.images_of(figure)
    for row in range(2):
        assert_allclose(shown[3 * row], both[row].reshape(28, 28), atol=1e-6)
        assert_allclose(shown[3 * row + 1], second[row, :, :, number], atol=1e-4)
        assert_allclose(shown[3 * row + 2], dense[row].reshape(8, 16), atol=1e-3)
    assert_allclose(shown[4][:, 1:], shown[1][:, :-1], atol=1e-4)
    for column in range(3):
        assert len(scales_of(figure, (column, column + 3))) == 1


def conv_mistakes(figure, run):
    """Different test images under their own labels, each read as something else."""
    images, labels = unseen(run)
    row_of = {image.tobytes(): row for row, image in enumerate(images)}
    rows = [row_of[image.tobytes()] for image in drawn.images_of(figure)]
    assert len(set(rows)) == len(rows)
    network = _network(run, "conv")
    read = network.predict(images, batch_size=1000, verbose=0).argmax(axis=1)
    most = np.sum(read != labels)
    assert min(1, most) <= len(rows) <= min(20, most)
    for row, title in zip(rows, drawn.titles_of(figure), strict=True):
        label, read = title.split("\nread as ")
        assert label == f"label {labels[row]}" and int(read) != labels[row]


def doubts(figure, run):
    """The six validation images of which conv is least sure, with their labels and its two likeliest answers."""
    images, labels = validation(run)
    sure_of = _network(run, "conv").predict(images, batch_size=1000, verbose=0)
    rows = sure_of.max(axis=1).argsort()[:6]
    assert_allclose(np.stack(drawn.images_of(figure)), images[rows].reshape(6, 28, 28))
    for row, title in zip(rows, drawn.titles_of(figure), strict=True):
        first, second = np.argsort(-sure_of[row])[:2]
        numbers = [int(number) for number in re.findall(r"\d+", title)]
        shares = [round(100 * float(sure_of[row, digit])) for digit in (first, second)]
        assert numbers == [labels[row], first, shares[0], second, shares[1]]


def saliency(figure, run):
    """Mistakes of conv's first run, and the slopes by small changes of a few of their pixels."""
    images, labels = unseen(run)
    network = _network(run, "conv")
    row_of = {image.tobytes(): row for row, image in enumerate(images)}
    shown, titles = drawn.images_of(figure), drawn.titles_of(figure)
    count = len(shown) // 2
    random = np.random.default_rng(SEED)
    for digit, share, title in zip(shown[:count], shown[count:], titles, strict=False):
        row = row_of[digit.tobytes()]
        label, read = map(int, re.fullmatch(r"label (\d)\nread as (\d)", title).groups())
        assert label == labels[row] != read
        share = np.ravel(share)
        strongest = np.abs(share).argmax()
        assert abs(share[strongest]) == 1
        pixels = [strongest, *random.integers(0, 784, 30)]
        slopes = _slopes(network, images[row], pixels, label, read)
        # Where another value becomes the largest of its four, the slope jumps.
        assert np.mean(np.abs(slopes / abs(slopes[0]) - share[pixels]) < 0.1) > 0.9


def _slopes(network, image, pixels, label, read) -> np.ndarray:
    """How the logarithm of one score less that of another grows with some pixels, by small changes."""
    changed = np.repeat(image[np.newaxis], 2 * len(pixels), axis=0)
    for number, pixel in enumerate(pixels):
        changed[2 * number, pixel] += 1e-3
        changed[2 * number + 1, pixel] -= 1e-3
    scores = np.log(network.predict(changed, verbose=0))
    lead = (scores[:, read] - scores[:, label]).reshape(-1, 2)
    assert network.predict(image[np.newaxis], verbose=0).argmax() == read
    return (lead[:, 0] - lead[:, 1]) / 2e-3


def fooled(figure, run):
    """The 7 and changed copies, read as their titles say; below each what was added, and its length in the title."""
    seven = first_of(run, 7).ravel()
    shown, titles = drawn.images_of(figure), drawn.titles_of(figure)
    assert_allclose(shown[0].ravel(), seven)
    names = ("own", "deep-undistorted", "deep", "conv-undistorted", "conv")
    assert len(shown) == 1 + 2 * len(names)
    for place, name in enumerate(names, 1):
        copy, added = np.ravel(shown[place]), np.ravel(shown[len(names) + place])
        assert_allclose(added, copy - seven, atol=1e-6)
        named, read, length = titles[place].split("\n")
        assert named == name
        assert abs(float(length.removeprefix("length ")) - np.linalg.norm(added)) < 0.06
        answer = _network(run, name).predict(copy[np.newaxis], verbose=0).argmax()
        assert read == f"read as {answer}" and answer != 7
    assert len(scales_of(figure, range(7, 12))) == 1


def planes(figure, run):
    """The first two components of the last activations of 2,000 test images, and the neighbours' share in the title."""
    images, labels = (array[:2000] for array in unseen(run))
    weights, biases = last_weights(run, "baseline-softmax")
    points = {"baseline-softmax": images @ weights + biases}
    for name in ("own", "conv"):
        points[name] = _behind_relu(run, name, images)[-1]
    for axes, of_network in zip(figure.axes, points.values(), strict=True):
        centred = of_network - of_network.mean(axis=0)
        _, _, components = np.linalg.svd(centred, full_matrices=False)
        (places,) = drawn.dots(axes)
        assert_allclose(np.abs(places), np.abs(centred @ components[:2].T), atol=1e-2)
        assert (axes.collections[0].get_array() == labels).all()
        assert axes.collections[0].get_cmap() == DIGITS
        assert axes.collections[0].get_clim() == (-0.5, 9.5)
        square = (of_network**2).sum(axis=1)
        distances = square[:, np.newaxis] + square - 2 * of_network @ of_network.T
        np.fill_diagonal(distances, np.inf)
        share = 100 * np.mean(labels[distances.argmin(axis=1)] == labels)
        told = drawn.title_of(axes).split(": ")[1].removesuffix("\N{NO-BREAK SPACE}% agree")
        assert abs(float(told) - share) < 0.2
        assert {text.get_text() for text in axes.texts} == set("0123456789")


SHOWS = {
    "07_walk": walk,
    "07_sizes": sizes,
    "07_receptive_fields": receptive_fields,
    "07_maps": maps,
    "07_exciting": exciting,
    "07_moving": moving,
    "07_conv_mistakes": conv_mistakes,
    "07_doubts": doubts,
    "07_saliency": saliency,
    "07_fooled": fooled,
    "07_planes": planes,
}
