"""Keras and TensorFlow, set up once for the whole series: quiet, deterministic, and fast with small networks.

Importing this module imports TensorFlow, which takes some seconds. Its C++ start-up messages are silenced; errors
still come through as Python exceptions. What the user's own Keras is set to changes nothing.

The series computes on the processor, also where there is a faster GPU: results would differ from those that the
notebooks store. ``DIGITS_GPU=1`` lets TensorFlow use it all the same.
"""

import contextlib
import os
import tempfile
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


@contextlib.contextmanager
def _without_the_users_settings() -> Iterator[None]:
    """Let Keras be imported in this block as if it had just been installed: its file and its variables say nothing."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("KERAS_")}
    # Keras writes its file with its settings where there is none.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as empty:
        os.environ |= {"KERAS_HOME": empty, "KERAS_BACKEND": "tensorflow"}
        yield
    del os.environ["KERAS_HOME"]
    os.environ |= kept | {"KERAS_BACKEND": "tensorflow"}


# Deterministic data pipelines make TensorFlow's C++ code log harmless lines as errors. Real errors are exceptions.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
# Intel's kernels train convolutions two to three times as fast. TensorFlow uses them by itself on the newest processors
# only, and logs so on all others; it must be told before it is imported.
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
# An older TensorFlow's remedy for its own troubles; today's protobuf cannot be imported with it.
os.environ.pop("PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION", None)
with silent_stderr(), _without_the_users_settings():
    import keras
    import tensorflow as tf

    tf.config.list_physical_devices()  # looks for a GPU, and comments on finding none
if keras.config.backend() != "tensorflow":
    raise RuntimeError(
        f"Keras was imported before this series and computes with {keras.config.backend()}; the series needs "
        "TensorFlow. Restart the kernel, and import Keras after the first cell."
    )
# Again, for a Keras that was imported before.
keras.config.set_floatx("float32")
keras.config.set_dtype_policy("float32")
keras.config.set_epsilon(1e-7)
keras.config.set_image_data_format("channels_last")
# It warns of retracing when one process uses several models, as we do.
tf.get_logger().setLevel("ERROR")
# The same seed gives the same network, to the last bit, on one machine with one set of versions.
tf.config.experimental.enable_op_determinism()
try:
    if os.environ.get("DIGITS_GPU") != "1":
        tf.config.set_visible_devices([], "GPU")
    for _gpu in tf.config.get_visible_devices("GPU"):
        # TensorFlow would take all of its memory, and leave none to a second notebook.
        tf.config.experimental.set_memory_growth(_gpu, True)
    # Networks as small as these lose more time by dividing a matrix product among threads than they gain.
    tf.config.threading.set_intra_op_parallelism_threads(1)
except RuntimeError as error:
    raise RuntimeError(
        "TensorFlow was used in this process before the series could set it up. Restart the kernel, and use "
        "TensorFlow after the first cell."
    ) from error

# Validation images need no small batches: nothing is learned from them.
VALIDATION_BATCH_SIZE = 1000
