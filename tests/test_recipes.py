"""The published recipes: what the notebooks build and train from the table."""

import itertools

import pytest
from digits import series
from digits.training import recipes

PUBLISHED = recipes.PUBLISHED


def parameters(recipe) -> int:
    """How many weights and biases a network of these layers has: each neuron one per input, and one more."""
    neurons = [int(number) for number in recipe.layers.split("-")]
    return sum((inputs + 1) * outputs for inputs, outputs in itertools.pairwise(neurons))


def test_recipes_are_found_by_their_names():
    """Each recipe is under its own name, and a trained network of that name is declared in the series."""
    expected = ["A-baseline", "D-baseline", "A-hidden", "B", "C", "D-hidden", "E"]
    assert list(PUBLISHED) == [recipe.key for recipe in PUBLISHED.values()] == expected
    assert set(PUBLISHED) < {*series.BASELINES, *series.HIDDEN_LAYER_NETWORKS}


@pytest.mark.parametrize(
    ("key", "layers", "count"),
    [
        ("A-baseline", "784-10", 784 * 10 + 10),
        ("D-baseline", "784-10", 7_850),
        ("A-hidden", "784-128-10", 101_770),
        ("B", "784-128-10", 101_770),
        ("C", "784-128-32-10", 100_480 + 4_128 + 330),
        ("D-hidden", "784-100-10", 79_510),
        ("E", "784-50-50-10", 42_310),
    ],
)
def test_layers_are_the_published_ones(key, layers, count):
    """A network with other layers would be compared with a figure that was published for this one."""
    assert PUBLISHED[key].layers == layers and parameters(PUBLISHED[key]) == count


@pytest.mark.parametrize(
    ("key", "epochs", "batch_size", "output", "stored"),
    [
        ("A-baseline", 5, 64, "sigmoid", 0.9214),
        ("D-baseline", 5, 32, "sigmoid", 0.9257),
        ("A-hidden", 5, 64, "sigmoid", 0.9752),
        ("B", 5, 32, "softmax", 0.9758),
        ("C", 25, 32, "softmax", 0.9789),
        ("D-hidden", 5, 32, "sigmoid", 0.9716),
        ("E", 10, 32, "sigmoid", 0.9710),
    ],
)
def test_trainings_are_the_published_ones(key, epochs, batch_size, output, stored):
    """One epoch more, and the comparison would be with another training than the published one."""
    recipe = PUBLISHED[key]
    assert (recipe.epochs, recipe.batch_size, recipe.output) == (epochs, batch_size, output)
    assert recipe.stored == stored, "the accuracy in the published notebook's own outputs"


@pytest.mark.parametrize("key", ["A-baseline", "A-hidden", "B", "C"])
def test_a_fifth_is_held_back(key):
    """A recipe that validates with the last fifth learns from 48,000 of the 60,000 images, as Keras divides them."""
    assert PUBLISHED[key].images_trained_on(60_000) == 48_000
    assert PUBLISHED[key].images_trained_on(4_000) == 3_200, "of the sample"
    assert type(PUBLISHED[key].images_trained_on(60_000)) is int


@pytest.mark.parametrize("key", ["D-baseline", "D-hidden", "E"])
def test_nothing_is_held_back(key):
    """A recipe without validation learns from all images, not from all but the last."""
    assert PUBLISHED[key].images_trained_on(60_000) == 60_000


@pytest.mark.parametrize("images", [1, 7, 13, 330, 4_003, 48_000])
def test_images_are_divided_as_keras_divides_them(images):
    """The number is that of validation_split, also where a fifth of the images is no whole number."""
    split_at = int(images * (1.0 - 0.2))  # Keras's train_validation_split
    assert PUBLISHED["B"].images_trained_on(images) == split_at


def test_loss_fits_the_labels():
    """One-hot rows and digits need different losses: with the other one Keras stops, or learns nonsense."""
    losses = {key: recipe.loss for key, recipe in PUBLISHED.items()}
    assert losses.pop("B") == "categorical_crossentropy"
    assert set(losses.values()) == {"sparse_categorical_crossentropy"}


def test_table_has_one_row_per_recipe():
    """The table at the start of a notebook shows the recipes asked for, in that order, as they were published."""
    table = recipes.table("C", "B", "E")
    assert table.index.tolist() == ["C", "B", "E"] and table.index.name == "recipe"
    assert table["layers"].tolist() == ["784-128-32-10", "784-128-10", "784-50-50-10"]
    assert table["labels"].tolist() == ["digits", "one-hot", "digits"]
    assert table["held back"].tolist() == ["20%", "20%", "0%"]
    assert table["epochs"].tolist() == [25, 5, 10] and table["batch size"].tolist() == [32] * 3
    assert table["output"].tolist() == ["softmax", "softmax", "sigmoid"]
    assert len(recipes.table(*PUBLISHED)) == 7
    with pytest.raises(KeyError, match="F"):
        recipes.table("F")
