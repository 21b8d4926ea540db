"""What the figures of notebooks 01 and 02 must show, computed anew from the images and labels."""

import drawn
import numpy as np
import scipy.special
from numpy.testing import assert_allclose, assert_array_equal

SEED = 0  # as in the notebooks


def class_means(figure, run):
    """The mean and the standard deviation of each digit's images."""
    images, labels = run.dataset.train_images, run.dataset.train_labels
    by_digit = [images[labels == digit] for digit in range(10)]
    expected = [*(of.mean(axis=0) for of in by_digit), *(of.std(axis=0) for of in by_digit)]
    for image, values in zip(drawn.images_of(figure), expected, strict=True):
        assert_allclose(image, values)
    assert drawn.titles_of(figure)[:10] == [*"0123456789"]
    bars = [axes.get_ylabel() for axes in figure.axes if drawn.is_colour_bar(axes)]
    assert bars == ["mean", "deviation"]


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
    # Of each direction its opposite is as good.
    thumbnails = [(_centre(image), image.get_array()[..., 3]) for image in figure.axes[0].images]
    assert len(thumbnails) > 100
    ink = images[rows].reshape(-1, 784) / images[rows].max(axis=(1, 2))[:, np.newaxis]
    for place, shown in thumbnails:
        (row,) = np.flatnonzero(np.abs(ink - shown.ravel() / shown.max()).max(axis=1) < 1e-3)
        assert_allclose(np.abs(place), np.abs(on_the_map[row]), atol=0.01)
    means = [on_the_map[labels[rows] == digit].mean(axis=0) for digit in range(10)]
    names = {text.get_text(): np.abs(text.get_position()) for text in figure.axes[0].texts}
    for digit, mean in enumerate(means):
        assert np.linalg.norm(names[str(digit)] - np.abs(mean)) < 0.8
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
    """The first image, and of the frame around its ink each pixel's value at its place."""
    image = run.dataset.train_images[0]
    whole, box = drawn.images_of(figure)
    assert_array_equal(whole, image)
    frame = figure.axes[0].patches[0]
    left, top = round(frame.get_x() + 0.5), round(frame.get_y() + 0.5)
    right, bottom = left + round(frame.get_width()), top + round(frame.get_height())
    assert_array_equal(box, image[top:bottom, left:right])
    assert box.sum() == image.sum(), "ink lies outside of the frame"
    written = {text.get_position(): text.get_text() for text in figure.axes[1].texts}
    assert written == {(column, row): str(value) for (row, column), value in np.ndenumerate(box)}
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
    assert [axes.get_title(loc="left").split()[0] for axes in figure.axes] == ["raw", "scaled"]


def scaling_and_loss(figure, run):
    """Loss and accuracy of gradient descent, computed here with SciPy and the gradient written out another way."""
    few = min(5000, len(run.dataset.train_images) // 2)
    images = run.dataset.train_images[: 2 * few].reshape(-1, 784).astype(float)
    labels = run.dataset.train_labels[: 2 * few]
    losses, accuracies = figure.axes
    for label, divisor in (("raw pixels", 1), ("scaled pixels", 255)):
        curves = [drawn.line(axes, label) for axes in figure.axes]
        weights = _starting_weights()
        for step in range(41):
            sums = images @ weights / divisor
            logarithms = scipy.special.log_softmax(sums[:few], axis=1)
            of_label = logarithms[np.arange(few), labels[:few]]
            assert_allclose(curves[0][step], [step, -of_label.mean()], rtol=0.01)
            right = (sums[few:].argmax(axis=1) == labels[few:]).mean()
            assert_allclose(curves[1][step], [step, right], atol=0.01)
            shares = np.exp(logarithms)
            shares[np.arange(few), labels[:few]] -= 1
            weights -= 0.1 * (images[:few] / divisor).T @ shares / few
    assert_allclose(drawn.line(losses, "guessing")[:, 1], np.log(10))
    assert losses.get_yscale() == "log" and "log" in losses.get_ylabel()
    assert "accuracy" in accuracies.get_ylabel()


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
    assert drawn.titles_of(figure) == [*labels, *[""] * 8]
    rows = [axes.get_ylabel() for axes in figure.axes if axes.get_ylabel()]
    assert rows == ["as they are", "shuffled"]


def _centre(image) -> np.ndarray:
    """The middle of an image that lies somewhere within its axes."""
    return np.reshape(image.get_extent(), (2, 2)).mean(axis=1)


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
}
