"""Train the network that reads people's handwriting, and write it into the file that the pad and the page read with.

    python notebooks/ship.py    about fifteen minutes on two processor cores

It learns from all of MNIST's training images and from what digits/handwriting/learning.py adds to them. Its weights,
rounded to two bytes each, go into digits/drawpad/network.bin, which is in the repository: run this only if you have
changed what the network learns from, or its layers. Then MNIST's test images are read with what was written.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # python -P leaves it out
try:
    from digits.basics import commands
except RuntimeError as error:  # the wrong Python
    sys.exit(str(error))
with commands.naming_missing_libraries():
    from digits.basics import workspace
    from digits.dataset import mnist
    from digits.store import artifacts

SEED = 0


def main() -> int:
    """Train, write, score; the process's exit code."""
    commands.parser(__doc__).parse_args()
    try:
        dataset = mnist.load()
        print(dataset, flush=True)
        if dataset.is_sample:
            print(
                "\nThe network is made from all of MNIST: put mnist.npz into data/, or set DIGITS_MNIST.",
                file=sys.stderr,
            )
            return 1
        # Here, because TensorFlow takes seconds and --help needs none.
        from digits.handwriting import learning, reading
        from digits.training import repeats, shipping

        print("Making what it learns from ...", flush=True)
        images, answers = learning.lessons(dataset.train_images, dataset.train_labels, SEED)
        [runs] = repeats.train_all([learning.training_of(images, answers, [SEED])])
        shipping.write_network(reading.SHIPPED, runs.network, learning.ANSWERS)
        network, _ = shipping.read_network(reading.SHIPPED)
        read = reading.Reader(network).probabilities(dataset.test_images / 255).argmax(axis=1)
        right = (read == dataset.test_labels).mean()
        print(f"{workspace.shown(reading.SHIPPED)}: {reading.SHIPPED.stat().st_size:,} bytes")
        print(f"It reads {right:.2%} of MNIST's test images.")
    except (mnist.DatasetError, workspace.WorkspaceError, artifacts.ArtifactError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; the file is as it was.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    commands.run(main)
