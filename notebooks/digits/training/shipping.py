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
    """Write a network's weights, all of them or nothing; arguments and errors are those of :func:`network_file`."""
    content = network_file(model, answers)
    with write_atomically(path) as temporary:
        pathlib.Path(temporary).write_bytes(content)


def network_file(model: keras.Model, answers: list[str]) -> bytes:
    """What a network's file holds.

    Args:
        model: layers in a row; those that matter beyond training are convolutions (stride 1, no padding), dense layers
            and batch normalisation after either, pooling (2 x 2), ReLU, sigmoid and softmax. Between the
            normalisation and its layer there may be pooling, if the normalisation has no scale.
        answers: what each output stands for.

    Raises:
        ValueError: the model has a layer that cannot be written.
    """
    layers: list[dict] = []
    arrays: list[np.ndarray] = []
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D | keras.layers.Dense):
            layers += _layers_of(layer)
            arrays += _arrays_of(layer)
        elif isinstance(layer, keras.layers.BatchNormalization):
            is_pooled = layers[-1]["kind"] == "pooling"
            before = layers[-2 if is_pooled else -1]["kind"]
            if before not in ("dense", "convolution"):
                raise ValueError(f"{layer.name} follows {before}, and not a layer with weights.")
            if layer.scale and is_pooled:  # a negative one would turn round what pooling has chosen
                raise ValueError(f"{layer.name} has a scale: make it with scale=False.")
            kernel, bias = arrays[-2:]
            arrays[-2:] = _normalised(kernel, bias, layer)
        elif type(layer).__name__ in _WRITTEN_AS:
            layers.append({"kind": _WRITTEN_AS[type(layer).__name__]})
        elif type(layer).__name__ not in _ONLY_IN_TRAINING:
            raise ValueError(f"{layer.name} is of a kind that cannot be written.")
    header = {"name": model.name, "answers": answers, "layers": layers}
    weights = b"".join(array.astype("<f2").tobytes() for array in arrays)
    return _KIND + json.dumps(header).encode() + b"\n" + weights


def _layers_of(layer: keras.layers.Layer) -> list[dict]:
    """A layer with weights as the file's header describes it, and its activation as another one."""
    kind = "dense" if isinstance(layer, keras.layers.Dense) else "convolution"
    if kind == "convolution" and (layer.padding != "valid" or layer.strides != (1, 1)):
        raise ValueError(f"{layer.name} has padding or strides: it cannot be written.")
    activation = layer.activation.__name__
    if activation not in ("linear", *_ACTIVATIONS):
        raise ValueError(f"{layer.name} has the activation {activation}, which cannot be written.")
    described = [{"kind": kind, "shape": list(layer.kernel.shape)}]
    return described if activation == "linear" else [*described, {"kind": activation}]


def _arrays_of(layer: keras.layers.Layer) -> list[np.ndarray]:
    """A layer's weights and biases; zeros where it has none."""
    kernel = layer.kernel.numpy()
    return [kernel, layer.bias.numpy() if layer.use_bias else np.zeros(kernel.shape[-1])]


def _normalised(
    kernel: np.ndarray, bias: np.ndarray, layer: keras.layers.BatchNormalization
) -> list[np.ndarray]:
    """Weights and biases that do what a layer and the normalisation after it do."""
    factor = 1 / np.sqrt(layer.moving_variance.numpy() + layer.epsilon)
    if layer.scale:
        factor = factor * layer.gamma.numpy()
    shift = layer.beta.numpy() if layer.center else 0
    return [kernel * factor, (bias - layer.moving_mean.numpy()) * factor + shift]


_ACTIVATIONS = ("relu", "sigmoid", "softmax")
_WRITTEN_AS = {
    "MaxPooling2D": "pooling",
    "ReLU": "relu",
    "Softmax": "softmax",
    "Flatten": "flatten",
}
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
        model = keras.Sequential([keras.Input(shape=(784,))], name=header["name"])
        if header["layers"][0]["kind"] == "convolution":
            model.add(keras.layers.Reshape((28, 28, 1)))
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
    "sigmoid": lambda layer: keras.layers.Activation("sigmoid"),
    "flatten": lambda layer: keras.layers.Flatten(),
    "softmax": lambda layer: keras.layers.Softmax(),
}
