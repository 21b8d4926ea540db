"""The published networks that the series trains again: what was published, as data. No TensorFlow.

Five public projects describe these seven networks for MNIST. Facts and figures are theirs; the notebooks build and
train the networks from this table. All of them divide the pixels by 255 and train with Adam at Keras's defaults.
"""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Recipe:
    """One published network.

    Attributes:
        key: its name in the series.
        hidden_layers: neurons in each hidden layer, all with ReLU.
        output: the activation of the ten output neurons.
        one_hot: whether labels are one-hot rows under categorical cross-entropy, or digits under its sparse form.
        epochs, batch_size: as published.
        held_back: the share of the training images, the last ones, that it validates with instead of learning from.
        published: the accuracy that its text claims.
        stored: the test accuracy in its notebook's saved output.
        source: where it is described.
    """

    key: str
    hidden_layers: tuple[int, ...]
    output: str
    one_hot: bool
    epochs: int
    batch_size: int
    held_back: float
    published: str
    stored: float
    source: str

    @property
    def layers(self) -> str:
        """The layers in the field's short form, such as ``784-100-10``."""
        return "-".join(str(neurons) for neurons in (784, *self.hidden_layers, 10))

    @property
    def loss(self) -> str:
        """Keras's name of its loss."""
        return "categorical_crossentropy" if self.one_hot else "sparse_categorical_crossentropy"

    def images_trained_on(self, images: int) -> int:
        """How many of ``images`` training images it learns from: the first ones, as Keras's validation_split does."""
        return int(images * (1 - self.held_back))


_A = "afrin110203/Handwritten-Digits-Classification-from-MNIST-Dataset-using-Neural-Network"
_B = "mell0wO/mnist"
_C = "shreyansmahatre/Handwritten-Digit-Classification-using-ANN"
_D = "codebasics/deep-learning-keras-tf-tutorial"
_E = "vishesh711/MNIST-Digit-classification-using-NN"

PUBLISHED = {
    recipe.key: recipe
    for recipe in (
        Recipe("A-baseline", (), "sigmoid", False, 5, 64, 0.2, "figures only", 0.9214, _A),
        Recipe("D-baseline", (), "sigmoid", False, 5, 32, 0.0, "about 92 %", 0.9257, _D),
        Recipe("A-hidden", (128,), "sigmoid", False, 5, 64, 0.2, "figures only", 0.9752, _A),
        Recipe("B", (128,), "softmax", True, 5, 32, 0.2, "about 98 %", 0.9758, _B),
        Recipe("C", (128, 32), "softmax", False, 25, 32, 0.2, '"high accuracy"', 0.9789, _C),
        Recipe("D-hidden", (100,), "sigmoid", False, 5, 32, 0.0, "about 97 %", 0.9716, _D),
        Recipe("E", (50, 50), "sigmoid", False, 10, 32, 0.0, "about 97.1 %", 0.9710, _E),
    )
}


def table(*keys: str) -> pd.DataFrame:
    """The recipes with these keys, one row each, for reading."""
    rows = [
        {
            "recipe": recipe.key,
            "layers": recipe.layers,
            "output": recipe.output,
            "labels": "one-hot" if recipe.one_hot else "digits",
            "epochs": recipe.epochs,
            "batch size": recipe.batch_size,
            "held back": f"{recipe.held_back:.0%}",
            "published": recipe.published,
        }
        for recipe in (PUBLISHED[key] for key in keys)
    ]
    return pd.DataFrame(rows).set_index("recipe")
