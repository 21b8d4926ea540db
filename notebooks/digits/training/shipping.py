"""A network's weights in one small file, which Python and the browser read, without Keras's format. Imports TensorFlow.

The file is a line of text that says what it is, a line of JSON with the layers in their order, and after that the
weights of each layer and its biases as float16, little-endian, in NumPy's order of axes. Batch normalisation is
multiplied into the layer before it, dropout and distortion are left out: they matter in training only.
"""

import json
import pathlib

import numpy as np

from ..basics.workspace import WorkspaceError, write_atomically
from .backend import keras

_KIND = b"digits network 1\n"


class NetworkFileError(WorkspaceError):
    """A file is no network that this version can read; the message says what to do."""


def write_network(path: pathlib.Path, model: keras.Model, answers: list[str]) -> None:
    """Write a network's weights, all of them or nothing.

    Args:
        path: of the file.
        model: layers in a row; those that matter beyond training are convolutions (stride 1, no padding) and dense
            layers, each followed, perhaps, by pooling (2 x 2), batch normalisation without a scale, and ReLU, and a
            softmax at the end.
        answers: what each output stands for.

    Raises:
        ValueError: the model has a layer that cannot be written.
    """
    layers: list[dict] = []
    arrays: list[np.ndarray] = []
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D | keras.layers.Dense):
            kernel = layer.kernel.numpy()
            bias = layer.bias.numpy() if layer.use_bias else np.zeros(kernel.shape[-1])
            kind = "dense" if isinstance(layer, keras.layers.Dense) else "convolution"
            layers.append({"kind": kind, "shape": list(kernel.shape)})
            arrays += [kernel, bias]
            if layer.activation is keras.activations.softmax:
                layers.append({"kind": "softmax"})
        elif isinstance(layer, keras.layers.BatchNormalization):
            if layer.scale:  # a negative one would turn round what pooling has chosen
                raise ValueError(f"{layer.name} has a scale: make it with scale=False.")
            factor = 1 / np.sqrt(layer.moving_variance.numpy() + layer.epsilon)
            arrays[-2] = arrays[-2] * factor
            arrays[-1] = (arrays[-1] - layer.moving_mean.numpy()) * factor + layer.beta.numpy()
        elif type(layer).__name__ in _WRITTEN_AS:
            layers.append({"kind": _WRITTEN_AS[type(layer).__name__]})
        elif type(layer).__name__ not in _ONLY_IN_TRAINING:
            raise ValueError(f"{layer.name} is of a kind that cannot be written.")
    header = {"name": model.name, "answers": answers, "layers": layers}
    with write_atomically(path) as temporary, open(temporary, "wb") as file:
        file.write(_KIND + json.dumps(header).encode() + b"\n")
        for array in arrays:
            file.write(array.astype("<f2").tobytes())


_WRITTEN_AS = {"MaxPooling2D": "pooling", "ReLU": "relu", "Flatten": "flatten"}
_ONLY_IN_TRAINING = {"Rescaling", "Reshape", "Dropout", "RandomDistortion"}


def read_network(path: pathlib.Path) -> tuple[keras.Model, list[str]]:
    """The network of a file, and what its outputs stand for.

    Returns:
        A model that takes float32 images of shape (images, 784), 0 to 1, and gives one probability per answer.

    Raises:
        NetworkFileError: it is missing, no such file, or damaged.
    """
    try:
        kind, _, rest = path.read_bytes().partition(b"\n")
        header_line, _, content = rest.partition(b"\n")
        if kind + b"\n" != _KIND:
            raise ValueError("it begins otherwise")
        header = json.loads(header_line)
        weights = np.frombuffer(content, "<f2").astype(np.float32)
        model = keras.Sequential(
            [keras.Input(shape=(784,)), keras.layers.Reshape((28, 28, 1))], name=header["name"]
        )
        place = 0
        for layer in header["layers"]:
            if layer["kind"] not in _MADE_FROM:
                raise ValueError(f"it has a layer of kind {layer['kind']}")
            model.add(_MADE_FROM[layer["kind"]](layer))
            if "shape" in layer:
                shapes = layer["shape"], layer["shape"][-1:]
                sizes = [int(np.prod(shape)) for shape in shapes]
                ends = np.cumsum([place, *sizes])
                parts = zip(ends, ends[1:], shapes, strict=False)
                model.layers[-1].set_weights(
                    [weights[first:last].reshape(shape) for first, last, shape in parts]
                )
                place = int(ends[-1])
        if place != len(weights):
            raise ValueError("it has more weights than its layers need")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NetworkFileError(
            f"{path.name} is no network that this version can read ({error}). Get it anew from the repository, or "
            "make it with: python notebooks/ship.py"
        ) from error
    return model, header["answers"]


_MADE_FROM = {
    "convolution": lambda layer: keras.layers.Conv2D(layer["shape"][-1], layer["shape"][0]),
    "dense": lambda layer: keras.layers.Dense(layer["shape"][-1]),
    "pooling": lambda layer: keras.layers.MaxPooling2D(),
    "relu": lambda layer: keras.layers.ReLU(),
    "flatten": lambda layer: keras.layers.Flatten(),
    "softmax": lambda layer: keras.layers.Softmax(),
}
