"""What benchmarks/run.py's report says of training: the same work side by side, and the time to accuracy."""

import statistics

from tables import after_first, epochs_of, grouped, mebibytes, peak_of, ratio, spread, table

LABELS = {
    "keras_default": "Keras, `model.fit` as it comes",
    "keras_on_jax": "Keras on JAX, `model.fit` as it comes",
    "series_fit": "the series, `training.fit`",
    "series_fit_on_both": "the series, `training.fit` with two threads",
    "series_repeats": "the series, `repeats.train` (four seeds, per run)",
    "series_best": "the series, learning rate that rises and falls",
    "scikit_learn": "scikit-learn, `MLPClassifier`",
    "torch_loader": "PyTorch, DataLoader",
    "torch_slices": "PyTorch, slices of one tensor",
    "torch_compiled": "PyTorch, slices and `torch.compile`",
    "jax_scan": "JAX, an epoch in one `lax.scan`",
    "jax_vmap": "JAX, `vmap` over four seeds (per run)",
    "floor": "NumPy, the five matrix products alone",
    "floor_with_adam": "NumPy and Numba, matrix products and Adam on one thread",
    "floor_side_by_side": "NumPy, matrix products of runs side by side (per run)",
    "floor_with_adam_side_by_side": "NumPy and Numba, matrix products and Adam side by side (per run)",
}
# These share the cores, so that their floor is one that does the same.
SIDE_BY_SIDE = ("series_repeats", "jax_vmap", "floor_side_by_side", "floor_with_adam_side_by_side")


def bars(rows: list[dict], batch_size: int) -> dict[str, list[float]]:
    """The seconds of all epochs after the first, for the name of each contender at a batch size."""
    groups = grouped(rows, "contender", "batch_size")
    return {
        LABELS[contender]: after_first(group)
        for (contender, size), group in groups.items()
        if size == batch_size and contender != "series_best"
    }


def describe(rows: list[dict]) -> str:
    """The section on the same work, side by side."""
    groups, epochs = grouped(rows, "contender", "batch_size"), epochs_of(rows)
    lines = []
    for (contender, batch_size), group in groups.items():
        if contender == "series_best":
            continue
        epoch = epochs[contender, batch_size]
        floor = "floor" + "_side_by_side" * (contender in SIDE_BY_SIDE)
        accuracies = [100 * row["accuracy"] for row in group if row["accuracy"] is not None]
        lines.append(
            [
                LABELS[contender],
                batch_size,
                spread(after_first(group), 3),
                ratio(epochs.get(("keras_default", batch_size)), epoch),
                ratio(epoch, epochs.get((floor, batch_size))),
                spread([row["seconds"][0] for row in group]),
                spread([row["process_seconds"] for row in group], 1),
                mebibytes(peak_of(group)),
                spread(accuracies),
            ]
        )
    best = groups[("series_best", 64)]
    training = spread([sum(row["seconds"]) for row in best])
    reached = spread([100 * row["accuracy"] for row in best])
    return "\n\n".join(
        [
            "## The same work, side by side",
            f"784-100-10, Adam, {rows[0]['images']:,} training images, {rows[0]['epochs']} epochs. Each epoch is "
            "compared with Keras's own and with the matrix products at the same batch size. The runs of "
            "`repeats.train` share a process and the cores, each on one thread: they are compared with matrix "
            "products that do the same. So is JAX's `vmap`, whose four runs are one program.",
            table(
                [
                    "contender",
                    "batch",
                    "seconds per epoch after the first",
                    "times faster than Keras",
                    "times the matrix products",
                    "first epoch, s",
                    "whole process, s",
                    "peak memory, MiB",
                    "test accuracy, %",
                ],
                lines,
            ),
            f"With a hidden layer of {best[0]['width']}, batches of {best[0]['batch_size']} and a learning rate that "
            f"rises and falls within {best[0]['epochs']} epochs, the series trains to {reached} % test accuracy in "
            f"{training} s, compilation included.",
            "![Seconds per epoch of each contender as bars with their range, at batch sizes 32 and 128.](epochs.png)",
        ]
    )


PUBLISHED_WAYS = ("published", "published_by_series")


def published_seconds(rows: list[dict]) -> dict[tuple[str, str], float]:
    """The median seconds of a whole training, for each published network and way."""
    groups = grouped(rows, "key", "contender")
    return {
        key: statistics.median(sum(row["seconds"]) for row in group)
        for key, group in groups.items()
    }


def published_sums(rows: list[dict]) -> list[float]:
    """The seconds of all published networks together, as published and by the series."""
    seconds = published_seconds(rows)
    return [sum(each for (_, way), each in seconds.items() if way == one) for one in PUBLISHED_WAYS]


def describe_published(rows: list[dict]) -> str:
    """The section on the published networks."""
    groups, seconds, sums = (
        grouped(rows, "key", "contender"),
        published_seconds(rows),
        published_sums(rows),
    )
    lines = []
    for key in dict.fromkeys(row["key"] for row in rows):
        ways = [groups[key, way] for way in PUBLISHED_WAYS]
        lines.append(
            [
                key,
                *(spread((sum(row["seconds"]) for row in of_way), 1) for of_way in ways),
                f"{seconds[key, PUBLISHED_WAYS[1]] / seconds[key, PUBLISHED_WAYS[0]]:.2f}",
                *(spread(100 * row["accuracy"] for row in of_way) for of_way in ways),
            ]
        )
    return "\n\n".join(
        [
            "## The published networks",
            "Each with its own layers, epochs, batches and validation images: by `model.fit`, which its project calls, "
            "and by `training.fit`. Seconds of the whole training, compilation included.",
            table(
                [
                    "network",
                    "as published, s",
                    "by the series, s",
                    "share of the time",
                    "test accuracy as published, %",
                    "by the series, %",
                ],
                lines,
            ),
            f"All together take {sums[0]:.0f} s as published and {sums[1]:.0f} s by the series.",
        ]
    )


NETWORKS = {
    "dense": "784-{width}-10",
    "conv": "two convolutions",
    "series_conv": "three convolutions",
}


def describe_accuracy(rows: list[dict]) -> str:
    """The section on the time to accuracy."""
    lines = []
    for (network, contender, width, batch_size, target, epochs), group in grouped(
        rows, "network", "contender", "width", "batch_size", "target", "epochs"
    ).items():
        reached = [row["reached"] for row in group if row["reached"]]
        lines.append(
            [
                LABELS[contender],
                NETWORKS[network].format(width=width),
                batch_size,
                f"{100 * target:.0f} %",
                f"{len(reached)} of {len(group)}",
                epochs,
                spread([one["epochs"] for one in reached], 0),
                spread([one["training_seconds"] for one in reached], 1),
                spread([one["since_start"] for one in reached], 1),
            ]
        )
    return "\n\n".join(
        [
            "## Time to accuracy",
            "Seconds until this share of the validation images, one in six of MNIST's training images, is read right; "
            "training saw none of them, and measuring is not counted. Contenders trained from several seeds, until "
            "they reached it or the epochs that they were given were over. *Two convolutions* are 16 and 32 filters "
            "of 3 x 3; *three* are those of notebook 07, with batch normalisation. A learning rate that rises and "
            "falls wants its few epochs fixed beforehand; its settings were chosen on these same images, the others' "
            "were not chosen at all.",
            table(
                [
                    "contender",
                    "network",
                    "batch",
                    "accuracy",
                    "reached",
                    "at most, epochs",
                    "epochs",
                    "s of training",
                    "s since the process began",
                ],
                lines,
            ),
        ]
    )
