"""What the figures of notebook 01 must show, computed anew from the images and labels."""

import itertools

import drawn
import numpy as np
import scipy.spatial
import sklearn.metrics
import sklearn.neighbors
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


def nearest_mean(figure, run):
    """Of the first image that the nearest mean reads, and of the first that it misreads, the distances to ten means."""
    images, labels = run.dataset.train_images[:1000], run.dataset.train_labels
    means = [run.dataset.train_images[labels == digit].mean(axis=0) for digit in range(10)]
    distances = scipy.spatial.distance.cdist(
        images.reshape(-1, 784) / 255, np.reshape(means, (10, 784)) / 255
    )
    is_right = distances.argmin(axis=1) == labels[:1000]
    rows = [np.flatnonzero(is_right)[0], np.flatnonzero(~is_right)[0]]
    drawn_images, titles = drawn.images_of(figure), [t for t in drawn.titles_of(figure) if t]
    for number, row in enumerate(rows):
        of_row = slice(11 * number, 11 * number + 11)
        assert_array_equal(drawn_images[of_row][0], images[row])
        assert_allclose(drawn_images[of_row][1:], means)
        written = [f"{distance:.1f}" for distance in distances[row]]
        assert titles[of_row] == [f"label {labels[row]}", *written]
    shown = [axes for axes in figure.axes if axes.images]
    bold = [axes.spines["top"].get_linewidth() > 2 for axes in shown]
    framed = np.flatnonzero(bold) - [1, 12]
    assert_array_equal(framed, distances[rows].argmin(axis=1))


def nearest_pairs(figure, run):
    """Of the five pairs of digits that are most often nearest neighbours in six draws, the two closest images."""
    rows = _subset(run)
    labels = run.dataset.train_labels[rows]
    every = run.dataset.train_images.reshape(-1, 784).astype(np.float32)
    distances = sklearn.metrics.pairwise_distances(every[rows].astype(float))
    counts = dict.fromkeys(itertools.combinations(range(10), 2), 0)
    for seed in range(6):  # the first draw is the one that the figure shows
        random = np.random.default_rng(seed)
        drawn_rows = random.choice(len(every), len(rows), replace=False) if seed else rows
        search = sklearn.neighbors.NearestNeighbors(n_neighbors=1).fit(every[drawn_rows])
        nearest = search.kneighbors(return_distance=False)[:, 0]
        of_images = run.dataset.train_labels[drawn_rows]
        for pair in zip(of_images, of_images[nearest], strict=True):
            if pair[0] != pair[1]:
                counts[min(pair), max(pair)] += 1
    pairs = sorted(counts, key=counts.get, reverse=True)[:5]
    shown = np.rint(np.stack(drawn.images_of(figure)) * 255).reshape(2, 5, 784)
    assert_array_equal(np.reshape(_labels_of(figure, run), (2, 5)).T, pairs)
    for column, (one, other) in enumerate(pairs):
        between = distances[np.ix_(labels == one, labels == other)]
        apart = np.linalg.norm(shown[0, column] - shown[1, column])
        assert_allclose(apart, between.min(), rtol=1e-6)
    assert drawn.titles_of(figure) == [f"label {label}" for label in _labels_of(figure, run)]


def pca(figure, run):
    """Each digit's images on the first two components, and these as pictures, by a decomposition of our own."""
    rows, labels = _subset(run), run.dataset.train_labels
    images = run.dataset.train_images
    centred = images[rows].reshape(-1, 784).astype(float) / 255
    centred -= centred.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    directions = directions[:, [-1, -2]]
    on_the_map = centred @ directions
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
    components = [axes.images[0].get_array().ravel() for axes in figure.axes[1:3]]
    for component, direction in zip(components, directions.T, strict=True):
        assert abs(component @ direction) > 0.9999
    # Ink on red leads to the right, or up: the picture and the map have the same sign.
    for place, shown in thumbnails[:20]:
        (row,) = np.flatnonzero(np.abs(ink - shown.ravel() / shown.max()).max(axis=1) < 1e-3)
        assert_allclose(place, [centred[row] @ component for component in components], atol=0.01)


def two_pixels(figure, run):
    """The first thousand images' halves, and each direction's share of the variance by the rule for sums."""
    images = run.dataset.train_images[_subset(run)] / 255
    halves = np.stack([images[:, :14].mean(axis=(1, 2)), images[:, 14:].mean(axis=(1, 2))])
    cloud, curve = figure.axes
    assert_allclose(drawn.line(cloud, "images"), halves.T[:1000])
    covariance = np.cov(halves, bias=True)
    angles = np.radians(np.arange(180))
    factors = np.stack([np.cos(angles), np.sin(angles)])
    variances = np.einsum("ia,ij,ja->a", factors, covariance, factors)
    assert_allclose(
        drawn.points(curve.lines[0]),
        np.column_stack([range(180), variances / halves.var(axis=1).sum()]),
    )
    best = variances.argmax()
    (start, end) = drawn.line(cloud, "direction")
    assert_allclose(np.arctan2(*(end - start)[::-1]), angles[best])
    assert [text.get_text() for text in curve.texts] == [f"{best}°"]


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


def _subset(run) -> np.ndarray:
    """The rows of the training images that notebook 01 compares with one another."""
    random = np.random.default_rng(SEED)
    labels = run.dataset.train_labels
    for digit in range(10):  # the ten examples of each digit were drawn before
        random.choice(np.flatnonzero(labels == digit), 10, replace=False)
    return random.choice(len(labels), size=min(5000, len(labels)), replace=False)


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


SHOWS = {
    "01_class_means": class_means,
    "01_ink_per_digit": ink_per_digit,
    "01_nearest_mean": nearest_mean,
    "01_nearest_pairs": nearest_pairs,
    "01_pca": pca,
    "01_pixel_matrix": pixel_matrix,
    "01_pixel_use": pixel_use,
    "01_samples": samples,
    "01_two_pixels": two_pixels,
}
