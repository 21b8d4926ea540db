"""What more training images bring to a dense and a convolutional network; run by experiments.py.

The networks are those of stronger.py, each with distorted images and without. All are trained for equally many steps:
on few images for more epochs. The seed also draws the images, and each smaller set is a part of the larger ones. The
test images are read after the training.
"""

import math
from functools import partial

import numpy as np
import stronger

SEEDS = range(3)
IMAGES = (1_000, 3_000, 10_000, 60_000)
STEPS = 2_345  # five epochs of 60,000 images; of fewer images the next whole number of epochs
# By kind and whether images are distorted, the name in stronger.py.
NETWORKS = {
    ("dense", False): "deep-undistorted",
    ("dense", True): "deep",
    ("conv", False): "conv-undistorted",
    ("conv", True): "conv",
}


def settings() -> list[dict]:
    """One row per number of images, network with distortion or without, and seed."""
    return [
        {"network": network, "distorted": distorted, "images": images, "seed": seed}
        for images in IMAGES
        for network, distorted in NETWORKS
        for seed in SEEDS
    ]


def measure(settings: list[dict]) -> list[dict]:
    """Train a network for each setting; those on equally many images train side by side.

    Returns:
        For each setting ``test_loss``, ``test_accuracy`` and the number of mistakes ``test_errors``.
    """
    from digits import training
    from digits.store import artifacts

    data, test = artifacts.load_arrays("preprocessed.npz"), artifacts.load_arrays("test_set.npz")
    found = {}
    for count in dict.fromkeys(one["images"] for one in settings):
        places = [place for place, one in enumerate(settings) if one["images"] == count]
        trainings = [training_of(settings[at], data["images"], data["labels"]) for at in places]
        for place, runs in zip(places, training.train_all(trainings), strict=True):
            by_seed = stronger.on_test_images(runs, test["images"], test["labels"])
            found[place] = by_seed[settings[place]["seed"]]
    return [found[place] for place in range(len(settings))]


def training_of(setting: dict, images, labels):
    """The training of one network on some of the images.

    Args:
        setting: a row of :func:`settings`.
        images: float32, shape (images, 784).
        labels: digits, shape (images,).

    Returns:
        A :class:`digits.training.Training` with one seed.
    """
    from digits import training

    seed, count = setting["seed"], setting["images"]
    network = NETWORKS[setting["network"], setting["distorted"]]
    steps_per_epoch = math.ceil(count / stronger.BATCH_SIZE)
    epochs = math.ceil(STEPS / steps_per_epoch)
    return training.Training(
        partial(stronger.build, network, epochs * steps_per_epoch),
        images,
        labels,
        rows=np.random.default_rng(seed).permutation(len(images))[:count],
        seeds=[seed],
        epochs=epochs,
        batch_size=stronger.BATCH_SIZE,
    )
