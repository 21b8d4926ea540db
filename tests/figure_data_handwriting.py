"""What the figures of notebook 09 must show, from the pictures, the pipeline and the networks, or what it saved."""

import functools
import sys

import drawn
import numpy as np
from digits import evaluation, handwriting, plots, results
from digits.handwriting import STAGES, STEPS, no_digit, strokes_made
from figure_data_comparison import unseen
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

SEED = 0  # as in the notebook


def _chosen(run):
    """The validation digits whose photographs are looked at, in their order: images and labels."""
    arrays = run.arrays("preprocessed.npz")
    rows = np.random.default_rng(SEED).permutation(arrays["validation_rows"])
    rows = rows[: 30 if run.dataset.is_sample else 150]
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


def photographs_shown(figure, run):
    """The first fourteen photographs, in colour."""
    for shown, photo in zip(drawn.images_of(figure), _first_photographs(run, 14), strict=True):
        assert_array_equal(shown, photo)


def only_resized(figure, run):
    """The first ten, as Pillow makes them small and grey, under label and answer."""
    shown = drawn.images_of(figure)
    read = _reader(run.folder, "own-on-split").probabilities(np.stack(shown)).argmax(axis=1)
    for image, photo in zip(shown, _first_photographs(run, 10), strict=True):
        small = np.asarray(Image.fromarray(photo).convert("L").resize((28, 28)))
        assert_allclose(image, 1 - small / 255, atol=1e-6)
    labels = _chosen(run)[1][:10]
    expected = [f"{label}, read as {answer}" for label, answer in zip(labels, read, strict=True)]
    assert drawn.titles_of(figure) == expected


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
    """Three photographs, each with what every stage of the pipeline makes of it, under the stages' names."""
    count = len(_chosen(run)[0])
    photos, shown = _first_photographs(run, count), drawn.images_of(figure)
    assert len(shown) == 3 * len(STAGES)
    darkest = int(np.argmin([photo.mean() for photo in photos]))
    for row, number in enumerate((6, min(102, count - 1), darkest)):
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


def simple_fails(figure, run):
    """Photographs under their labels, each above what is no plain copy of it, and read as something else."""
    photos = _first_photographs(run, len(_chosen(run)[0]))
    number_of = {photo.tobytes(): number for number, photo in enumerate(photos)}
    for upper, lower in zip(figure.axes[:8], figure.axes[8:], strict=True):
        number = number_of[np.asarray(upper.images[0].get_array()).tobytes()]
        label, read = drawn.title_of(upper).removeprefix("label ").split(",\n")
        assert int(label) == _chosen(run)[1][number] != int(read.removeprefix("read as "))
        image = np.asarray(lower.images[0].get_array())
        probabilities = _reader(run.folder, "own-on-split").probabilities(image[np.newaxis])
        assert int(read.removeprefix("read as ")) == probabilities.argmax()


def mended(figure, run):
    """The photographs that the twenty lines fail on, above what these and what the seven stages make of them."""
    photos = _first_photographs(run, len(_chosen(run)[0]))
    number_of = {photo.tobytes(): number for number, photo in enumerate(photos)}
    own = _reader(run.folder, "own-on-split")
    for given, lines, stages in zip(*np.reshape(figure.axes, (3, -1)), strict=True):
        if not given.images:
            continue
        photo = np.asarray(given.images[0].get_array())
        number = number_of[photo.tobytes()]
        label, read = drawn.title_of(given).split(", read\nas ")
        assert int(label) == _chosen(run)[1][number]
        by_lines = np.asarray(lines.images[0].get_array())
        assert own.probabilities(by_lines[np.newaxis]).argmax() != int(label)
        if stages.images:
            (expected,) = handwriting.digits_in(photo)
            assert_allclose(np.asarray(stages.images[0].get_array()), expected, atol=1e-6)
            assert int(read) == own.probabilities(expected[np.newaxis]).argmax()
        else:
            assert read == "None"


def ablation(figure, run):
    """What both networks lose on photographs without each step that costs one of them more than one of 200."""
    (axes,) = figure.axes
    ticks = drawn.tick_labels(figure, axes.yaxis)
    table = results.experiment("steps")
    table = table[table["changed"].isin(["nothing", *STEPS])]
    table = table[table["pictures"] == "photographed"].set_index("changed")[["own", "reading"]]
    lost = 100 * (table.loc["nothing"] - table.drop("nothing"))
    matters = lost.index[(lost.abs() > 0.5).any(axis=1)]
    assert sorted(ticks) == sorted(matters)
    for network, look in (("own", "own-on-split"), ("reading", "reading")):
        shown = np.concatenate([drawn.line(axes, f"{tick}, {look}") for tick in ticks])
        assert_allclose(shown[:, 0], lost.loc[ticks, network], atol=1e-9)
        assert_array_equal(np.round(shown[:, 1]), range(len(ticks)))


def preparation(figure, run):
    """Three runs and their mean for each way, in a panel for each kind of pictures."""
    table = results.experiment("preparation")
    panels = {drawn.title_of(axes): axes for axes in figure.axes}
    assert list(panels) == list(table["pictures"].unique())
    for kind, axes in panels.items():
        of_kind = table[table["pictures"] == kind]
        groups = of_kind.groupby(["learned from", "prepared"], sort=False)["right"]
        ways = (("digits", False), ("photographs", False), ("digits", True), ("photographs", True))
        names = drawn.tick_labels(figure, figure.axes[0].yaxis)
        words = ("neither", "learning alone", "preparation alone", "both")
        assert [name.split("\n")[0] for name in names] == list(words)
        for name, way in zip(names, ways, strict=True):
            runs = groups.get_group(way)
            assert_allclose(sorted(drawn.line(axes, f"runs of {name}")[:, 0]), sorted(runs))
            assert_allclose(drawn.line(axes, name)[:, 0], [runs.mean()] * 2)
        numbers = [text.get_text() for text in axes.texts]
        assert numbers == [plots.percent(groups.get_group(way).mean()) for way in ways]


def kinds(figure, run):
    """One picture of each kind that the experiments read, but for blank paper, under the kind's name."""
    sys.path.insert(0, str(results.EXPERIMENTS.parent))  # where the experiments make them
    from pictures_made import KINDS, Source, pictures

    images, labels = _chosen(run)
    source = Source(np.round(255 * images).astype(np.uint8).reshape(-1, 28, 28), labels)
    names = [kind for kind in KINDS if kind != "blank paper"]
    titles = [title.replace("\n", " ") for title in drawn.titles_of(figure)]
    assert [title.replace("  ", " ") for title in titles] == names
    for shown, kind in zip(drawn.images_of(figure), names, strict=True):
        (made,) = pictures(kind, 1, SEED + 11, source)
        grey = made.picture.ndim == 2
        expected = 1 - made.picture / 255 if grey else made.picture
        assert_allclose(shown, expected)


def letters(figure, run):
    """Letters of fonts that no network learned from, under what two networks make of them."""
    rules = no_digit.Rules(fonts=no_digit.HELD_BACK)
    made = no_digit.marks_made(10, SEED, rules, kind="letter written") / 255
    for shown, image in zip(drawn.images_of(figure), made, strict=True):
        assert_allclose(shown, image * 255)
    networks = {"conv": _reader(run.folder, "conv"), "reading": _shipped()}
    of_each = [one.probabilities(made).argmax(axis=1) for one in networks.values()]
    for title, *answers in zip(drawn.titles_of(figure), *of_each, strict=True):
        for line, name, answer in zip(title.split("\n"), networks, answers, strict=True):
            assert line.split(" (")[0] == f"{name}: {answer if answer < 10 else 'no digit'}"


def unsure(figure, run):
    """The seven test images about which the shipped network is least sure, under label and answer."""
    images, labels = unseen(run)
    probabilities = _shipped().probabilities(images)
    rows = probabilities.max(axis=1).argsort(kind="stable")[:7]
    for shown, title, row in zip(
        drawn.images_of(figure), drawn.titles_of(figure), rows, strict=True
    ):
        assert_allclose(np.ravel(shown), np.ravel(images[row]))
        answer = probabilities[row].argmax()
        words = "no digit" if answer == 10 else answer
        percent = plots.percent(probabilities[row].max())
        assert title == f"label {labels[row]}:\n{words} ({percent})"


def forms(figure, run):
    """Every form of every digit, in the order of the table."""
    shown = drawn.images_of(figure)
    assert len(shown) == len(strokes_made.ALL_FORMS)
    assert drawn.titles_of(figure)[: len(shown)] == [
        f"{digit}" for digit, _ in strokes_made.ALL_FORMS
    ]
    assert all(image.max() == 1 and image.min() == 0 for image in shown)


def no_digits(figure, run):
    """Eight marks of each kind, as the generator makes them."""
    shown = iter(drawn.images_of(figure))
    for axes in figure.axes[::8]:
        made = no_digit.marks_made(8, SEED + 1, kind=axes.get_ylabel())
        for image in made:
            assert_allclose(next(shown), image / 255, atol=1e-6)


def threshold(figure, run):
    """Three networks and their mean for each threshold, and the two goals: left where digits are shown, right not."""
    from digits.handwriting.reading import UNSURE_BELOW

    table = results.experiment("reading")
    table = table[table["digits"] == "validation"]
    left, right = figure.axes
    for axes, goal in ((left, 0.005), (right, 0.05)):
        assert_allclose(drawn.line(axes, "goal")[:, 1], goal)
        assert_allclose(drawn.line(axes, "used")[:, 0], UNSURE_BELOW)
        of = " for\nwrong answers" if axes is left else ""
        told = f"goal{of}: {plots.percent(goal, 1 if goal < 0.01 else 0)}"
        assert told in [text.get_text() for text in axes.texts]
    of_each = []
    for seed in range(3):
        of_one = table[table["seed"] == seed]

        def means(*kinds, table=of_one):
            return (
                table[table["pictures"].isin(kinds)].groupby("threshold")[["right", "wrong"]].mean()
            )

        given = means("drawn on a screen", "photographed")
        answered = given["right"] + given["wrong"]
        none = means("letters", "printed letters", "signs")["wrong"]
        of_each.append([1 - answered, given["wrong"] / answered, none])
        names = ("no answer", "wrong answers", "called a digit")
        for name, axes, values in zip(names, (left, left, right), of_each[-1], strict=True):
            line = drawn.line(axes, f"{name} {seed}")
            assert_allclose(line, np.column_stack([given.index, values]))
    for name, axes, values in zip(
        names, (left, left, right), np.mean(of_each, axis=0), strict=True
    ):
        assert_allclose(drawn.line(axes, name)[:, 1], values)


def scored(figure, run):
    """What both networks read right, and what they call a digit, with Wilson's intervals, at the threshold in use."""
    from digits.handwriting.reading import UNSURE_BELOW

    table = results.experiment("reading")
    table = table[(table["digits"] == "test") & (table["threshold"] == UNSURE_BELOW)]
    kinds = list(table["pictures"].unique())
    of_panels = {
        "right": kinds[: kinds.index("letters")],
        "wrong": kinds[kinds.index("letters") :][:4],
    }
    for axes, (column, of_panel) in zip(figure.axes, of_panels.items(), strict=True):
        assert drawn.tick_labels(figure, axes.yaxis) == of_panel
        found = {float(ends[0, 1]): ends[:, 0] for ends in np.concatenate(drawn.stretches(axes))}
        rows = table[table["pictures"].isin(of_panel)]
        for _, row in rows.iterrows():
            look = "reading" if row["network"] == "shipped" else row["network"]
            ((share, height),) = drawn.line(axes, f"{row['pictures']}, {look}")
            assert_allclose(share, row[column])
            assert round(height) == of_panel.index(row["pictures"])
            low, high = evaluation.wilson_interval(round(300 * row[column]), 300)
            assert_allclose(found[height], [low, high])
        assert len(found) == len(rows)


@functools.cache
def _shipped():
    from digits.handwriting.reading import load_reader  # here, because it imports TensorFlow

    return load_reader()


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
            digit = _shipped().probabilities(image[np.newaxis])[0, :10].argmax()
            assert int(read.removeprefix("read as ")) == digit != int(label)
        else:
            assert read == "not read"


def number(figure, run):
    """A page with a sum, a box around each mark, and above it what is read."""
    found = _boxed(figure)
    assert len(found) >= 5
    words = [text.get_text() for text in figure.axes[0].texts]
    assert words == [str(one.digit) if one.is_digit else "no digit" for one in found]


def _boxed(figure):
    """What the shipped network reads on the page of a figure, where the figure's boxes lie."""
    (page,), (axes,) = drawn.images_of(figure), figure.axes
    found = _shipped().read(page)
    for one, box in zip(found, axes.patches, strict=True):
        left, top, right, bottom = one.box
        assert_allclose(box.get_xy(), [left * page.shape[1], top * page.shape[0]])
        assert_allclose(box.get_width(), (right - left) * page.shape[1])
        assert_allclose(box.get_height(), (bottom - top) * page.shape[0])
    return found


def reading(figure, run):
    """A page with four digits and a letter, with boxes and answers."""
    found = _boxed(figure)
    words = [text.get_text().split(" (")[0] for text in figure.axes[0].texts]
    assert words == [str(one.digit) if one.is_digit else "no digit" for one in found if one.sure]
    assert len(words) == 5 and "no digit" in words


def seen(figure, run):
    """Each mark of the page in the figure before, as the network saw it, with its answer."""
    before = run.figure("09_reading")
    found = _boxed(before)
    for shown, one in zip(drawn.images_of(figure), found, strict=True):
        assert_allclose(shown, one.image, atol=1e-6)
    assert drawn.titles_of(figure) == [text.get_text() for text in before.axes[0].texts]


SHOWS = {
    "09_photographs": photographs_shown,
    "09_only_resized": only_resized,
    "09_simple_fails": simple_fails,
    "09_mended": mended,
    "09_steps": steps,
    "09_hero": hero,
    "09_ablation": ablation,
    "09_preparation": preparation,
    "09_letters": letters,
    "09_kinds": kinds,
    "09_unsure": unsure,
    "09_forms": forms,
    "09_no_digits": no_digits,
    "09_threshold": threshold,
    "09_scored": scored,
    "09_other_people": other_people,
    "09_number": number,
    "09_reading": reading,
    "09_seen": seen,
}
