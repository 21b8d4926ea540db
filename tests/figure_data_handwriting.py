"""What the figures of notebook 09 must show, from the pictures, the pipeline and the networks, or what it saved."""

import functools

import drawn
import numpy as np
from digits import evaluation, handwriting
from digits.handwriting import STAGES, STANDARD, STEPS, photographs
from figure_data_comparison import unseen
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

SEED = 0  # as in the notebook


def _chosen(run):
    """The validation digits whose photographs are looked at, in their order: images and labels."""
    arrays = run.arrays("preprocessed.npz")
    rows = np.random.default_rng(SEED).permutation(arrays["validation_rows"])
    rows = rows[: 30 if run.dataset.is_sample else 300]
    return arrays["images"][rows], arrays["labels"][rows]


def _first_photographs(run, count):
    """The first photographs of those digits; each depends on its number and the seed alone."""
    return handwriting.photographs_of(_chosen(run)[0][:count], SEED)


@functools.cache
def _reader(folder, name):
    """A network of this run that reads images."""
    from digits.handwriting.reading import Reader  # here, because it imports TensorFlow
    from digits.training import keras  # with the layers of our own that are in saved networks

    return Reader(keras.models.load_model(folder / "models" / f"{name}.keras"))


def _photos_as_prepared(run):
    """The image that the whole pipeline makes of each photograph; None where not exactly one digit is found."""
    prepared = []
    for photo in _first_photographs(run, len(_chosen(run)[0])):
        try:
            found = handwriting.digits_in(photo, STANDARD)
        except ValueError:  # there is no ink
            found = []
        prepared.append(found[0] if len(found) == 1 else None)
    return prepared


def _probabilities(run, name):
    """Ten probabilities for each photograph as prepared; zeros where no digit was found."""
    key = f"probabilities of {name}"
    if key not in run.computed:
        if "prepared" not in run.computed:
            run.computed["prepared"] = _photos_as_prepared(run)
        prepared = run.computed["prepared"]
        result = np.zeros((len(prepared), 10))
        there = [number for number, image in enumerate(prepared) if image is not None]
        images = np.stack([prepared[number] for number in there])
        result[there] = _reader(run.folder, name).probabilities(images)
        run.computed[key] = result
    return run.computed[key]


def _right(run, name):
    """Which photographs a network reads right."""
    values = _probabilities(run, name)
    return (values.argmax(axis=1) == _chosen(run)[1]) & (values.max(axis=1) > 0)


def photographs_shown(figure, run):
    """The first fourteen photographs, in colour."""
    for shown, photo in zip(drawn.images_of(figure), _first_photographs(run, 14), strict=True):
        assert_array_equal(shown, photo)


def only_resized(figure, run):
    """The first ten, as Pillow makes them small and grey, under their labels."""
    shown = drawn.images_of(figure)
    for image, photo in zip(shown, _first_photographs(run, 10), strict=True):
        small = np.asarray(Image.fromarray(photo).convert("L").resize((28, 28)))
        assert_allclose(image, 1 - small / 255, atol=1e-6)
    assert drawn.titles_of(figure) == [str(label) for label in _chosen(run)[1][:10]]


def hero(figure, run):
    """One photograph, three of its stages, the first layer's maps of the last one, and its ten probabilities."""
    from digits.training import keras  # here, because it imports TensorFlow

    photo = _first_photographs(run, 7)[6]
    *pictures, maps = drawn.images_of(figure)
    expected = [stage.look(result)[0] for stage, result in handwriting.through_stages(photo)]
    by_name = dict(zip([stage.name for stage in STAGES], expected, strict=True))
    names = ("picture", "page", "ink", "MNIST's form")
    for shown, name in zip(pictures, names, strict=True):
        assert_allclose(shown, by_name[name].clip(0, 1), atol=1e-6)
    network = keras.models.load_model(run.folder / "models" / "conv.keras")
    first = next(one for one in network.layers if isinstance(one, keras.layers.Conv2D))
    layer = keras.Model(network.inputs, first.output)
    output = layer.predict(pictures[-1].reshape(1, 784), verbose=0)[0]
    tiles = np.ma.filled(maps, np.nan)
    for number in range(output.shape[-1]):
        top, left = (27 * (number // 4), 27 * (number % 4))
        assert_allclose(tiles[top : top + 24, left : left + 24], output[:, :, number], atol=1e-4)
    assert np.isfinite(tiles).sum() == output.size
    probabilities = _reader(run.folder, "conv").probabilities(pictures[-1][np.newaxis])[0]
    bars = figure.axes[-1]
    assert_allclose([bar.get_width() for bar in bars.patches], probabilities, atol=1e-4)
    assert drawn.tick_labels(figure, bars.yaxis) == [*"0123456789"]
    titles = ["photograph", "page", "ink", "28 × 28 pixels", "feature maps"]
    assert drawn.titles_of(figure) == titles
    assert drawn.title_of(bars) == f"answer: {probabilities.argmax()}"


def steps(figure, run):
    """Two photographs, each with what every stage of the pipeline makes of it, under the stages' names."""
    photos, shown = _first_photographs(run, 11), drawn.images_of(figure)
    assert len(shown) == 2 * len(STAGES)
    for row, number in enumerate((3, 6)):
        of_row = shown[len(STAGES) * row : len(STAGES) * (row + 1)]
        assert_allclose(of_row[0], photos[number] / 255, atol=1e-6)
        (expected,) = handwriting.digits_in(photos[number])
        assert_allclose(of_row[-1], expected, atol=1e-6)
        page, paper, ink, strokes, digit = of_row[1:-1]
        assert page.shape == paper.shape and ink.shape == strokes.shape == page.shape[:2]
        assert ink.min() >= 0 and ink.max() <= 1 and (strokes <= ink).all()
        # Nothing is left of the digit where only the paper is shown, and the digit was cut out of the strokes.
        there = ink > 0.9
        assert np.abs(paper - page)[there].mean() > 5 * np.abs(paper - page)[ink == 0].mean()
        assert digit.size < ink.size and digit.sum() <= strokes.sum() * 1.2
    titles = drawn.titles_of(figure)[: len(STAGES)]
    assert titles == [stage.name for stage in STAGES]


def ablation(figure, run):
    """Both networks' errors with all steps, and without each, the one that own needs most first."""
    (axes,) = figure.axes
    ticks = drawn.tick_labels(figure, axes.yaxis)
    assert ticks[0] == "with all steps"
    assert sorted(tick.removeprefix("without: ") for tick in ticks[1:]) == sorted(STEPS)
    shown = {
        name: np.concatenate([drawn.line(axes, f"{tick}, {name}") for tick in ticks])
        for name in ("own", "conv")
    }
    least = 0.5 / len(_chosen(run)[0])
    for name, points in shown.items():
        expected = max(1 - _right(run, name).mean(), least)
        assert_allclose(points[0, 0], expected, atol=0.011)
        assert_array_equal(np.round(points[:, 1]), range(len(ticks)))
    assert (np.diff(shown["own"][1:, 0]) <= 1e-9).all()


def constants(figure, run):
    """Three curves for each constant, which all have one value where it is as chosen: the one computed here."""
    some = len(_chosen(run)[0]) // 3
    names = ("faintest", "above_grain", "smallest_digit")
    for axes, constant in zip(figure.axes, names, strict=True):
        chosen = getattr(STANDARD, constant)
        assert_allclose(drawn.points(axes.lines[0])[:, 0], chosen)
        for name in ("own", "conv"):
            curve = drawn.line(axes, f"{name} reads")
            (at_chosen,) = curve[curve[:, 0] == chosen, 1]
            assert_allclose(at_chosen, _right(run, name)[:some].mean(), atol=0.031)
            assert len(curve) == 3 and (np.diff(curve[:, 0]) > 0).all()
        refused = drawn.line(axes, "pages refused")[:, 1]
        assert ((refused >= 0) & (refused <= 1)).all()


def threshold(figure, run):
    """Photographs without an answer, and wrong ones among the answers, against the threshold."""
    largest, right = _probabilities(run, "conv").max(axis=1), _right(run, "conv")
    (axes,) = figure.axes
    silent = drawn.line(axes, "no answer")
    wrong = drawn.line(axes, "wrong, of the\nanswers given")
    for (limit, share), (_, of_answers) in zip(silent[::8], wrong[::8], strict=True):
        answered = largest >= limit
        assert_allclose(share, 1 - answered.mean(), atol=0.011)
        assert_allclose(of_answers, (~right & answered).sum() / answered.sum(), atol=0.011)
    from digits.handwriting.reading import UNSURE_BELOW

    assert_allclose(drawn.points(axes.lines[2])[:, 0], UNSURE_BELOW)


def scored(figure, run):
    """The errors of the table, and Wilson's intervals for their counts, one row for each way."""
    table = run.table("handwriting.csv")
    (axes,) = figure.axes
    ways = drawn.tick_labels(figure, axes.yaxis)
    assert ways == ["only resized", "prepared"]
    stretches = np.concatenate(drawn.stretches(axes))
    found = {float(ends[0, 1]): ends[:, 0] for ends in stretches}
    for row in table.itertuples():
        ((error, height),) = drawn.line(axes, f"{row.photographs}, {row.network}")
        assert_allclose(error, 1 - row.right / row.count)
        assert round(height) == ways.index(row.photographs)
        low, high = evaluation.wilson_interval(row.right, row.count)
        assert_allclose(found[height], [1 - high, 1 - low])
    assert len(found) == len(table)


def missed(figure, run):
    """Photographs of test digits under their labels, each of which the network reads otherwise."""
    images, labels = unseen(run)
    rows = np.random.default_rng(SEED).permutation(len(labels))
    number, wrong = 0, 0
    for upper, lower in zip(figure.axes[:6], figure.axes[6:], strict=True):
        if not upper.images:
            continue
        while not _is_photograph_of(upper.images[0], images[rows[number]], number):
            number += 1
            assert number < 1000, "it is none of the photographs"
        title = drawn.title_of(upper)
        assert title.startswith(f"label {labels[rows[number]]},")
        if lower.images:
            read = int(title.rpartition("read as ")[2])
            image = np.asarray(lower.images[0].get_array())
            probabilities = _reader(run.folder, "conv").probabilities(image[np.newaxis])
            assert read == probabilities.argmax() != labels[rows[number]]
        else:
            assert title.endswith("\nnot read")
        number, wrong = number + 1, wrong + 1
    table = run.table("handwriting.csv").set_index(["network", "photographs"])
    counts = table.loc[("conv", "prepared")]
    assert wrong == min(6, counts["count"] - counts["right"])


def _is_photograph_of(shown, digit, number) -> bool:
    generator = np.random.default_rng([SEED + 1, number])
    photo = photographs.photograph(digit, generator)
    return np.array_equal(photo, shown.get_array())


def other_people(figure, run):
    """Digits of scikit-learn's collection under their labels, each of which the network reads otherwise."""
    from sklearn.datasets import load_digits

    others = load_digits()
    pictures = np.round(255 - 255 / 16 * others.images).astype(np.uint8)
    row_of = {picture.tobytes(): row for row, picture in enumerate(pictures)}
    for upper, lower in zip(figure.axes[:8], figure.axes[8:], strict=True):
        if not upper.images:
            continue
        label, read = drawn.title_of(upper).removeprefix("label ").split(",\n")
        picture = np.round(255 * (1 - np.asarray(upper.images[0].get_array())))
        picture = picture.astype(np.uint8)
        assert int(label) == others.target[row_of[picture.tobytes()]]
        if lower.images:
            (expected,) = handwriting.digits_in(picture)
            image = np.asarray(lower.images[0].get_array())
            assert_allclose(image, expected, atol=1e-6)
            probabilities = _reader(run.folder, "conv").probabilities(image[np.newaxis])
            assert int(read.removeprefix("read as ")) == probabilities.argmax() != int(label)
        else:
            assert read == "not read"


def number(figure, run):
    """A page with seven digits, and what the network reads on it."""
    (page,) = drawn.images_of(figure)
    read = [str(one.digit) for one in _reader(run.folder, "conv").read(page)]
    title = drawn.title_of(figure.axes[0])
    assert title == "conv reads " + " ".join(read) and len(read) == 7


def reading(figure, run):
    """The first test photograph, the image made of it, and that image's probabilities."""
    from digits.handwriting.reading import UNSURE_BELOW

    images, labels = unseen(run)
    row = np.random.default_rng(SEED).permutation(len(labels))[0]
    (photo,) = handwriting.photographs_of(images[[row]], SEED + 1)
    picture, seen = drawn.images_of(figure)
    assert_allclose(picture, photo / 255, atol=1e-6)
    assert_allclose(seen, handwriting.digits_in(photo)[0], atol=1e-6)
    expected = _reader(run.folder, "conv").probabilities(seen[np.newaxis])[0]
    assert_allclose([bar.get_width() for bar in figure.axes[2].patches], expected, atol=1e-4)
    assert drawn.tick_labels(figure, figure.axes[2].yaxis) == [*"0123456789"]
    assert_allclose(drawn.points(figure.axes[2].lines[0])[:, 0], UNSURE_BELOW)


SHOWS = {
    "09_photographs": photographs_shown,
    "09_only_resized": only_resized,
    "09_steps": steps,
    "09_hero": hero,
    "09_ablation": ablation,
    "09_constants": constants,
    "09_threshold": threshold,
    "09_test": scored,
    "09_missed": missed,
    "09_other_people": other_people,
    "09_number": number,
    "09_reading": reading,
}
