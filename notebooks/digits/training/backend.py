"""Keras and TensorFlow, set up once for the whole series: quiet, deterministic, and fast with small networks.

Importing this module imports TensorFlow, which takes some seconds. Its C++ start-up messages are silenced; errors
still come through as Python exceptions.
"""

import contextlib
import os
from collections.abc import Iterator

__all__ = ["VALIDATION_BATCH_SIZE", "keras", "silent_stderr", "tf"]


@contextlib.contextmanager
def silent_stderr() -> Iterator[None]:
    """Discard what C++ code writes to the process's standard error: Python's sys.stderr cannot catch it."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


os.environ.setdefault("KERAS_BACKEND", "tensorflow")
# Deterministic data pipelines make TensorFlow's C++ code log harmless lines as errors. Real errors are exceptions.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Intel's kernels train convolutions two to three times as fast. TensorFlow uses them by itself on the newest processors
# only, and logs so on all others; it must be told before it is imported.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
with silent_stderr():
    import keras
    import tensorflow as tf

    tf.config.list_physical_devices()  # looks for a GPU, and comments on finding none
tf.get_logger().setLevel(
    "ERROR"
)  # it warns of retracing when one process uses several models, as we do

# The same seed gives the same network, to the last bit, on one machine with one set of versions.
tf.config.experimental.enable_op_determinism()
# Networks as small as these lose more time by dividing a matrix product among threads than they gain.
tf.config.threading.set_intra_op_parallelism_threads(1)

# Validation images need no small batches: nothing is learned from them.
VALIDATION_BATCH_SIZE = 1000
