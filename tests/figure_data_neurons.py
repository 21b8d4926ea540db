"""What the figures of notebook 02 must show, computed anew from the images, the labels and the saved training."""

import drawn
import numpy as np
import scipy.special
from numpy.testing import assert_allclose, assert_array_equal

SEED = 0  # as in the notebook


def neuron(figure, run):
    """The neuron's numbers: pixels, weights, bias, sum and output agree with one another."""
    written = [text.get_text().replace("\N{MINUS SIGN}", "-") for text in figure.axes[0].texts]
    weights = [float(text.removeprefix("× ")) for text in written if text.startswith("×")]
    (bias,) = [float(text.removeprefix("bias ")) for text in written if text.startswith("bias")]
    pixels = [
        float(written[written.index(f"pixel {number}") - 1])
        for number in range(1, len(weights) + 1)
    ]
    total = np.dot(pixels, weights) + bias
    assert (pixels, weights, bias) == ([0, 0.5, 1], [0.3, -0.4, 0.8], -0.2)
    for word, number in (("sum", f"{total:.1f}"), ("output", f"{scipy.special.expit(total):.2f}")):
        assert word in written and number in written


def downhill(figure, run):
    """The loss over one weight, and the steps that each learning rate takes on it."""
    pixels = run.dataset.train_images[:1000].reshape(-1, 784) / 255
    labels, place = run.dataset.train_labels[:1000], 14 * 28 + 14
    weights = _starting_weights(SEED)

    def at(value):
        """The loss, and its slope by the formula."""
        weights[place, 1] = value
        logarithms = scipy.special.log_softmax(pixels @ weights, axis=1)
        error = np.exp(logarithms[:, 1]) - (labels == 1)
        return -logarithms[np.arange(1000), labels].mean(), (pixels[:, place] * error).mean()

    for axes, rate in zip(figure.axes, (1, 10, 50), strict=True):
        assert axes.get_title(loc="left").startswith(f"learning rate {rate}:")
        for value, loss in drawn.line(axes, "loss")[::10]:
            assert_allclose(loss, at(value)[0], atol=1e-4)  # it is drawn rounded
        weight = -3.0
        steps = drawn.line(axes, "steps")
        assert len(steps) == 9
        for step in steps:
            loss, slope = at(weight)
            assert_allclose(step, [weight, loss], rtol=1e-3)
            weight -= rate * slope


def scaling_and_loss(figure, run):
    """Loss and accuracy of gradient descent from three starts, with SciPy and the gradient written another way."""
    half = min(2000, len(run.dataset.train_images) // 2)
    images = run.dataset.train_images[: 2 * half].reshape(-1, 784).astype(float)
    labels = run.dataset.train_labels[: 2 * half]
    losses, accuracies = figure.axes
    for name, divisor in (("raw pixels", 1), ("scaled pixels", 255)):
        for seed in range(3):
            label = name if seed == 0 else f"{name}, start {seed + 1}"
            curves = [drawn.line(axes, label) for axes in figure.axes]
            assert [len(curve) for curve in curves] == [31, 31]
            weights, biases = _starting_weights(seed), np.zeros(10)
            for step in range(31):
                sums = images @ weights / divisor + biases
                logarithms = scipy.special.log_softmax(sums[:half], axis=1)
                of_label = logarithms[np.arange(half), labels[:half]]
                assert_allclose(curves[0][step], [step, -of_label.mean()], rtol=0.01)
                right = (sums[half:].argmax(axis=1) == labels[half:]).mean()
                assert_allclose(curves[1][step], [step, right], atol=0.01)
                shares = np.exp(logarithms)
                shares[np.arange(half), labels[:half]] -= 1
                weights -= 0.1 * (images[:half] / divisor).T @ shares / half
                biases -= 0.1 * shares.mean(axis=0)
    assert_allclose(drawn.line(losses, "guessing")[:, 1], np.log(10))
    assert losses.get_yscale() == "log" and "log" in losses.get_ylabel()
    assert "accuracy" in accuracies.get_ylabel()


def batch_losses(figure, run):
    """The loss of each batch, from the saved start and order, the first 200 of them, and the mean of each epoch."""
    saved = run.arrays("by_hand.npz")
    size, rate = int(saved["batch_size"]), float(saved["learning_rate"])
    images, labels = _images_of(run), run.dataset.train_labels
    weights, biases = saved["start_weights"].astype(float), saved["start_biases"].astype(float)
    expected = []
    for rows in saved["order"]:
        of_epoch = []
        for first in range(0, len(rows), size):
            batch = rows[first : first + size]
            logarithms = scipy.special.log_softmax(images[batch] @ weights + biases, axis=1)
            of_epoch.append(-logarithms[np.arange(len(batch)), labels[batch]].mean())
            shares = np.exp(logarithms)
            shares[np.arange(len(batch)), labels[batch]] -= 1
            weights -= rate * images[batch].T @ shares / len(batch)
            biases -= rate * shares.mean(axis=0)
        expected.append(of_epoch)
    begin, axes = figure.axes
    assert_allclose(
        drawn.line(begin, "training, each batch")[:, 1], np.ravel(expected)[:200], atol=0.01
    )
    steps = drawn.line(axes, "training, each batch")
    assert_array_equal(steps[:, 0], np.arange(1, np.size(expected) + 1))
    assert_allclose(steps[:, 1], np.ravel(expected), atol=0.01)
    means = drawn.line(axes, "mean of each epoch")
    assert_allclose(means[:, 1], np.mean(expected, axis=1), atol=0.01)
    assert_allclose(means[:, 0], (np.arange(len(expected)) + 0.5) * np.shape(expected)[1])
    assert_allclose(saved["weights"], weights, atol=0.01)


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


def _images_of(run) -> np.ndarray:
    """All training images as vectors, scaled."""
    return run.dataset.train_images.reshape(-1, 784) / 255


def _starting_weights(seed) -> np.ndarray:
    """Glorot's starting weights of a layer from 784 to 10, as notebook 02 draws them."""
    limit = np.sqrt(6 / 794)
    return np.random.default_rng(seed).uniform(-limit, limit, size=(784, 10))


SHOWS = {
    "02_batch_losses": batch_losses,
    "02_downhill": downhill,
    "02_neuron": neuron,
    "02_scaling_and_loss": scaling_and_loss,
    "02_shuffled_pixels": shuffled_pixels,
}
