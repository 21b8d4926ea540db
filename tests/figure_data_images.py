"""What the figures of notebooks 01 and 02 must show, computed anew from the images and labels."""

import drawn
import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

SEED = 0  # as in the notebooks


def class_balance(figure, run):
    """The share of each digit in both parts."""
    parts = (run.dataset.train_labels, run.dataset.test_labels)
    for heights, labels in zip(drawn.bars(figure.axes[0]), parts, strict=True):
        assert_allclose(heights, np.bincount(labels, minlength=10) / len(labels))
    assert_array_equal(drawn.tick_labels(figure, figure.axes[0].xaxis), [*"0123456789"])
    assert_allclose(drawn.line(figure.axes[0], "one tenth")[:, 1], 0.1)
    named = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert sorted(named) == ["one tenth", "test images", "training images"]


def class_means(figure, run):
    """The mean and the standard deviation of each digit's images."""
    images, labels = run.dataset.train_images, run.dataset.train_labels
    by_digit = [images[labels == digit] for digit in range(10)]
    expected = [*(of.mean(axis=0) for of in by_digit), *(of.std(axis=0) for of in by_digit)]
    for image, values in zip(drawn.images_of(figure), expected, strict=True):
        assert_allclose(image, values)
    assert drawn.titles_of(figure)[:10] == [*"0123456789"]
    bars = [axes.get_ylabel() for axes in figure.axes if drawn.is_colour_bar(axes)]
    assert bars == ["mean", "std. deviation"]


def ink_per_digit(figure, run):
    """A box for each digit: the quartiles and the median of its images' ink."""
    ink = run.dataset.train_images.mean(axis=(1, 2)) / 255
    (boxes,) = figure.axes[0].containers
    for digit, (box, median) in enumerate(zip(boxes.boxes, boxes.medians, strict=True)):
        quartiles = np.percentile(ink[run.dataset.train_labels == digit], [25, 50, 75])
        heights = box.get_path().vertices[:, 1]
        drawn_ones = [heights.min(), drawn.points(median)[0, 1], heights.max()]
        assert_allclose(drawn_ones, quartiles)
    assert_array_equal(drawn.tick_labels(figure, figure.axes[0].xaxis), [*"0123456789"])


def nearest_pairs(figure, run):
    """Two rows of training images, with their own labels, of which no pair below one another agrees."""
    labels = _labels_of(figure, run)
    assert len(labels) == 16
    pairs = [tuple(sorted(pair)) for pair in zip(labels[:8], labels[8:], strict=True)]
    assert len(set(pairs)) == 8 and all(one != other for one, other in pairs)
    assert drawn.titles_of(figure) == [f"label {label}" for label in labels]


def pca(figure, run):
    """Each digit's images on the first two components, and the variance kept, by a decomposition of our own."""
    random = np.random.default_rng(SEED)
    images, labels = run.dataset.train_images, run.dataset.train_labels
    for digit in range(10):  # the ten examples of each digit were drawn before
        random.choice(np.flatnonzero(labels == digit), 10, replace=False)
    rows = random.choice(len(images), size=min(5000, len(images)), replace=False)
    centred = images[rows].reshape(-1, 784).astype(float) / 255
    centred -= centred.mean(axis=0)
    variances, directions = np.linalg.eigh(centred.T @ centred)
    on_the_map, shares = centred @ directions[:, [-1, -2]], variances[::-1] / variances.sum()
    for digit, places in enumerate(drawn.dots(figure.axes[0])):
        expected = on_the_map[labels[rows] == digit][:150]
        # Of each direction its opposite is as good.
        assert_allclose(np.abs(places), np.abs(expected), atol=0.01)
        (marker,) = figure.axes[0].collections[digit].get_paths()
        assert len(marker.vertices) > 2
    assert_allclose(
        drawn.points(figure.axes[1].lines[0]),
        np.column_stack([np.arange(1, 785), np.cumsum(shares)]),
        atol=1e-4,
    )


def pixel_intensities(figure, run):
    """How often each pixel value occurs."""
    counts = np.bincount(run.dataset.train_images.ravel(), minlength=256)
    there = np.flatnonzero(counts)
    assert_allclose(drawn.bars(figure.axes[0])[0], counts[there] / counts.sum())
    assert_allclose([bar.get_x() + 0.5 for bar in figure.axes[0].patches], there, atol=1e-9)
    assert figure.axes[0].get_yscale() == "log" and "log" in figure.axes[0].get_ylabel()


def pixel_matrix(figure, run):
    """The first image twice, and in the second each pixel's value at its place."""
    image = run.dataset.train_images[0]
    for shown in drawn.images_of(figure):
        assert_array_equal(shown, image)
    written = {text.get_position(): text.get_text() for text in figure.axes[1].texts}
    assert written == {(column, row): str(value) for (row, column), value in np.ndenumerate(image)}
    assert f"label {run.dataset.train_labels[0]}" in drawn.titles_of(figure)[0]


def pixel_use(figure, run):
    """In how many images each pixel has ink, and where it never has."""
    inked = (run.dataset.train_images > 0).mean(axis=0)
    shares, never = drawn.images_of(figure)[:2]
    assert_allclose(shares, inked)
    assert_array_equal(never.astype(bool), inked == 0)


def samples(figure, run):
    """Ten images of each digit, one digit a row."""
    assert_array_equal(_labels_of(figure, run), np.repeat(range(10), 10))


def saturation(figure, run):
    """The share of the outputs in each bin, for raw and for scaled pixels."""
    raw = run.dataset.train_images[:2000].reshape(-1, 784).astype(np.float32)
    for axes, pixels in zip(figure.axes, (raw, raw / 255), strict=True):
        output = (pixels @ _starting_weights()).ravel()
        counts, _ = np.histogram(output, bins=60)
        assert_allclose(drawn.bars(axes)[0], counts / output.size, atol=1e-4)
        reach = axes.get_xlim()[1]
        assert np.abs(output).max() < 1.1 * reach, "outputs beyond the axes would not be seen"
        band = axes.patches[0]
        assert (band.get_x(), band.get_x() + band.get_width()) == (-5, 5)
    assert [axes.get_title(loc="left").split()[0] for axes in figure.axes] == ["Raw", "Scaled"]


def scaling_and_loss(figure, run):
    """The loss of gradient descent, computed here with the gradient written out another way."""
    pixels = run.dataset.train_images[:5000].reshape(-1, 784).astype(float)
    labels = run.dataset.train_labels[:5000]
    (axes,) = figure.axes
    for label, images in (("raw pixels", pixels), ("scaled pixels", pixels / 255)):
        curve = drawn.line(axes, label)
        assert_array_equal(curve[:, 0], range(40))
        weights = _starting_weights()
        for loss in curve[:, 1]:
            sums = images @ weights
            sums -= sums.max(axis=1, keepdims=True)
            shares = np.exp(sums) / np.exp(sums).sum(axis=1, keepdims=True)
            of_label = shares[np.arange(len(labels)), labels]
            assert_allclose(loss, -np.log(of_label + 1e-7).mean(), rtol=0.01)
            shares[np.arange(len(labels)), labels] -= 1
            weights -= 0.1 * images.T @ shares / len(labels)
    assert_allclose(drawn.line(axes, "guessing")[:, 1], np.log(10))
    assert axes.get_yscale() == "log" and "log" in axes.get_ylabel()


def shuffled_pixels(figure, run):
    """The first eight images, and below each the same pixels in one other order."""
    images = np.stack(drawn.images_of(figure)).reshape(16, 784)
    assert_allclose(images[:8] * 255, run.dataset.train_images[:8].reshape(-1, 784), rtol=1e-6)
    assert_array_equal(np.sort(images[8:]), np.sort(images[:8]))
    assert not np.array_equal(images[8:], images[:8])
    # The same order for all: pixels that had equal values in all eight images still have them.
    columns = [sorted(map(tuple, half.T)) for half in (images[:8], images[8:])]
    assert columns[0] == columns[1]
    labels = [f"label {label}" for label in run.dataset.train_labels[:8]]
    assert drawn.titles_of(figure) == labels * 2


def split(figure, run):
    """The share of each digit in both parts of the split."""
    arrays = run.arrays("preprocessed.npz")
    for heights, part in zip(
        drawn.bars(figure.axes[0]), ("train_rows", "validation_rows"), strict=True
    ):
        labels = arrays["labels"][arrays[part]]
        assert_allclose(heights, np.bincount(labels, minlength=10) / len(labels))
    named = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert named == ["training", "validation"]


def _labels_of(figure, run) -> list[int]:
    """The labels of training images that a figure shows, found by their pixels."""
    label_of = dict(
        zip(
            (image.tobytes() for image in run.dataset.train_images),
            run.dataset.train_labels,
            strict=False,
        )
    )
    found = []
    for image in drawn.images_of(figure):
        whole = image if image.dtype == np.uint8 else np.rint(image * 255).astype(np.uint8)
        found.append(int(label_of[whole.tobytes()]))
    return found


def _starting_weights() -> np.ndarray:
    """Glorot's starting weights of a layer from 784 to 10, as notebook 02 draws them."""
    limit = np.sqrt(6 / 794)
    return np.random.default_rng(SEED).uniform(-limit, limit, size=(784, 10))


SHOWS = {
    "01_class_balance": class_balance,
    "01_class_means": class_means,
    "01_ink_per_digit": ink_per_digit,
    "01_nearest_pairs": nearest_pairs,
    "01_pca": pca,
    "01_pixel_intensities": pixel_intensities,
    "01_pixel_matrix": pixel_matrix,
    "01_pixel_use": pixel_use,
    "01_samples": samples,
    "02_saturation": saturation,
    "02_scaling_and_loss": scaling_and_loss,
    "02_shuffled_pixels": shuffled_pixels,
    "02_split": split,
}
