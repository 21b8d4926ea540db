"""What the figures of notebooks 07 and 08 must show, from the tables, weights and trials that they saved."""

import drawn
import numpy as np
import pandas as pd
from digits import plots, results
from figure_data_comparison import unseen
from figure_data_convolution import first_of
from figure_data_hidden import assert_runs_and_mean, assert_runs_with_intervals
from numpy.lib.stride_tricks import sliding_window_view
from numpy.testing import assert_allclose
from scipy import ndimage

SEED = 0  # as in the notebooks


def distortions(figure, run):
    """A 5 on a grid, and in each row six distortions of it that the layer makes from this seed."""
    from digits.training.augmentation import RandomDistortion  # here, because it imports TensorFlow

    kinds = {
        "shift": {"shift": 3},
        "rotation": {"rotation": 25},
        "zoom and slant": {"zoom": 0.3, "slant": 0.3},
        "elastic": {"elastic": 1.5},
    }
    image = first_of(run, 5).copy()
    grid = np.zeros((28, 28), dtype=bool)
    grid[2::4] = grid[:, 2::4] = True
    image[grid] = np.maximum(image[grid], 0.5)
    rows = np.stack(drawn.images_of(figure)).reshape(4, 7, 28, 28)
    assert drawn.titles_of(figure)[:7] == ["original", "six distortions"] + 5 * [""]
    for row, (kind, strengths), axes in zip(rows, kinds.items(), figure.axes[::7], strict=True):
        assert axes.get_ylabel() == kind
        assert_allclose(row[0], image)
        six = np.stack([image.ravel()] * 6)
        made = np.asarray(RandomDistortion(**strengths, seed=SEED)(six, training=True))
        assert_allclose(row[1:].reshape(6, 784), made, atol=1e-5)


def ablation(figure, run):
    """The networks of the ladder, each with all its runs."""
    table = results.experiment("ladder")
    assert_runs_with_intervals(
        figure, table[~table["network"].str.startswith("all - ")], ("error", "loss"), 0.99
    )


def leave_one_out(figure, run):
    """All six ingredients, and all but each one, each with all its runs."""
    table = results.experiment("ladder")
    full = table[table["network"] == "+ elastic"].assign(network="all six")
    left_out = table[table["network"].str.startswith("all - ")]
    assert left_out["network"].nunique() == 6
    assert_runs_with_intervals(figure, pd.concat([full, left_out]), ("error", "loss"), 0.99)


def errors(figure, run):
    """Every run's errors, their mean as a stroke and in words: own's from notebook 05, the others' from the table."""
    table, own = results.experiment("stronger"), run.table("results/05.csv")
    names = ["own", "deep-undistorted", "deep", "conv-undistorted", "conv"]
    (axes,) = figure.axes
    assert drawn.tick_labels(figure, axes.yaxis) == names
    *numbers, above = [text.get_text() for text in axes.texts]
    assert above == "mean"
    for rung, name in enumerate(names):
        rows = (own if name == "own" else table).query("network == @name")
        shares = 1 - rows["test_accuracy"]
        assert_allclose(drawn.line(axes, name)[:, 0], shares, atol=1e-6)
        assert_allclose(drawn.stretches(axes)[rung][:, :, 0], shares.mean(), atol=1e-6)
        assert numbers[rung] == f"{round(1e4 * shares.mean(), 6):,.0f}"


def disturbances(figure, run):
    """Six test images, each below its label, and what each disturbance at its strongest makes of them."""
    images, labels = unseen(run)
    watched = np.random.default_rng(SEED).permutation(len(images))[:6]
    before = images[watched].reshape(6, 28, 28)
    above = [f"label {label}" for label in labels[watched]]
    assert drawn.titles_of(figure) == above + 30 * [""]
    rows = np.stack(drawn.images_of(figure)).reshape(6, 6, 28, 28)
    names = [axes.get_ylabel() for axes in figure.axes[::6]]
    assert names == [
        "undisturbed",
        "shift: 4",
        "rotation: 40",
        "noise: 0.6",
        "stroke thickness: 3",
        "white square: 10",
    ]
    assert_allclose(rows[0], before)
    directions = [(0, 4), (0, -4), (4, 0), (-4, 0)]
    for number, image in enumerate(before):
        padded = np.pad(image, 4)
        down, right = directions[number % 4]
        assert_allclose(rows[1, number], padded[4 - down : 32 - down, 4 - right : 32 - right])
        angle = 40 if number % 2 == 0 else -40
        assert_allclose(rows[2, number], ndimage.rotate(image, angle, reshape=False, order=1))
    noise = np.random.default_rng(SEED).normal(scale=0.6, size=before.shape)
    assert_allclose(rows[3], np.clip(before + noise, 0, 1), atol=1e-6)
    # Three pixels thicker: the darkest of 4 x 4 pixels.
    windows = sliding_window_view(np.pad(before, ((0, 0), (1, 2), (1, 2))), (4, 4), axis=(1, 2))
    assert_allclose(rows[4], windows.max(axis=(3, 4)))
    changed = rows[5] != before
    assert (rows[5][changed] == 0).all() and changed.any()


def robustness(figure, run):
    """Shifts, noise and white squares: see :func:`_disturbed`."""
    _disturbed(figure, ("shift", "noise", "white square"))


def strokes(figure, run):
    """Turned digits and other strokes: see :func:`_disturbed`."""
    _disturbed(figure, ("rotation", "stroke thickness"))


def _disturbed(figure, names_of_kinds):
    """The mean error against each disturbance's level, and the runs' range; dense networks beside convolutional."""
    table = results.experiment("robustness")
    table = table[table["kind"].str.startswith(names_of_kinds)]
    kinds = dict(list(table.groupby("kind", sort=False)))
    columns = (["own", "deep-undistorted", "deep"], ["conv-undistorted", "conv"])
    assert len(figure.axes) == 2 * len(kinds) == 2 * len(names_of_kinds)
    for place, axes in enumerate(figure.axes):
        kind, names = list(kinds)[place // 2], columns[place % 2]
        rows, left = kinds[kind], figure.axes[place - place % 2]
        assert axes.get_xlabel() == kind
        is_linear = kind.startswith(("noise", "white square"))
        assert axes.get_yscale() == ("linear" if is_linear else "log")
        assert ("log scale" in left.get_ylabel()) != is_linear
        assert axes.get_ylim() == left.get_ylim()
        is_grey = len(set(axes.get_facecolor())) == 2  # red, green and blue alike, below 1
        assert is_grey == kind.startswith(("shift", "noise"))
        beside = ["deep-undistorted", "baseline-softmax"] if place % 2 else []
        assert [each.get_label() for each in axes.lines] == [*beside, *names]
        for name in beside:
            means = rows[rows["network"] == name].groupby("level")["errors"].mean() / 2000
            assert_allclose(drawn.line(axes, name), means.reset_index())
        if place < 2:
            assert [text.get_text() for text in axes.get_legend().get_texts()] == [*beside, *names]
        for name, ranges in zip(names, drawn.stretches(axes), strict=True):
            shares = rows[rows["network"] == name].assign(share=rows["errors"] / 2000)
            of_level = shares.groupby("level")["share"]
            shown = drawn.line(axes, name)
            assert_allclose(shown[:, 1], of_level.mean())
            step = np.diff(rows["level"].unique()).min()
            assert (np.abs(shown[:, 0] - rows["level"].unique()) < 0.2 * step).all()
            assert_allclose(ranges[:, 0, 1], of_level.min())
            assert_allclose(ranges[:, 1, 1], of_level.max())


def images(figure, run):
    """The mean test error against the number of training images, and the runs' range, for each network."""
    table = results.experiment("images")
    kinds = {("dense", False): "deep-undistorted", ("dense", True): "deep"}
    kinds |= {("conv", False): "conv-undistorted", ("conv", True): "conv"}
    (axes,) = figure.axes
    assert axes.get_xscale() == axes.get_yscale() == "log"
    names = [each.get_label() for each in axes.lines]
    assert sorted(names) == sorted(kinds.values())
    for (network, distorted), name in kinds.items():
        rows = table[(table["network"] == network) & (table["distorted"] == distorted)]
        shares = rows.assign(share=1 - rows["test_accuracy"]).groupby("images")["share"]
        # Beside each other, so that none hides another.
        assert_allclose(drawn.line(axes, name)[:, 0], sorted(rows["images"].unique()), rtol=0.15)
        assert_allclose(drawn.line(axes, name)[:, 1], shares.mean())
        ranges = drawn.stretches(axes)[names.index(name)]
        assert_allclose(ranges[:, 0, 1], shares.min())
        assert_allclose(ranges[:, 1, 1], shares.max())


def records(figure, run):
    """The mean errors of the record networks and of earlier ones against their parameters, with their runs' range."""
    measured, stronger = results.experiment("records"), results.experiment("stronger")
    of_05 = run.table("results/05.csv")
    of_05["test_errors"] = (10_000 * (1 - of_05["test_accuracy"])).round()
    alone = measured[measured["runs"] != "vote"]
    earlier = stronger[stronger["network"].isin(["deep", "conv"])]
    of_05 = of_05[of_05["network"].isin(["baseline-softmax", "own"])]
    runs = pd.concat([alone, earlier, of_05]).assign(
        error=lambda rows: rows["test_errors"] / 10_000
    )
    runs = runs.groupby(["parameters", "network"])["error"]
    (axes,) = figure.axes
    assert axes.get_xscale() == axes.get_yscale() == "log"
    means = runs.mean()
    points = np.concatenate([each.get_xydata() for each in axes.lines])
    expected = np.column_stack([means.index.get_level_values("parameters"), means])
    assert_allclose(points[points.argsort(axis=0)[:, 0]], expected)
    assert len(means) == 9
    written = {text.get_text(): text.xy for text in axes.texts}
    named = {f"{name}: {10_000 * mean:.0f}": (size, mean) for (size, name), mean in means.items()}
    assert written.keys() == named.keys()
    for name, place in named.items():
        assert_allclose(written[name], place)
    ranges = np.concatenate([np.array(each.get_segments()) for each in axes.collections])
    ranges = ranges[ranges[:, 0, 0].argsort()]
    assert_allclose(ranges[:, 0, 1], runs.min())
    assert_allclose(ranges[:, 1, 1], runs.max())


def cost(figure, run):
    """Error against seconds, each network's name and parameters beside its own marker."""
    table, measured = results.read_cost(), results.experiment("stronger")
    (axes,) = figure.axes
    earlier = run.table("results/05.csv")
    assert len(axes.lines) == len(table)
    written = {text.xy: text.get_text() for text in axes.texts}
    for name, row in table.iterrows():
        of_runs = (measured if name in ("deep", "conv") else earlier).query("network == @name")
        (place,) = drawn.line(axes, name)
        assert_allclose(place, [row["seconds"], 1 - of_runs["test_accuracy"].mean()], atol=1e-6)
        assert written[tuple(place)] == f"{name}\n{row['parameters']:,.0f} parameters"


# ---------------------------------------------------------------- 08

SETTINGS = ["width", "depth", "learning_rate", "batch_size", "dropout"]


def _trials(sampler=None, study=None):
    """The trials of all searches, or of one sampler, or of one study of it."""
    table = results.experiment("search")
    if sampler is not None:
        table = table[table["sampler"] == sampler]
    return table if study is None else table[table["study"] == study]


def history(figure, run):
    """Each trial's error in the first TPE study, the best so far to its end, the winner, and the trial by hand."""
    trials = _trials("TPE", 0)
    (axes,) = figure.axes
    error = 1 - trials["value"]
    drawn_as = np.column_stack([trials["trial"], error])
    far = error > 4 * error.median()
    assert_allclose(drawn.line(axes, "complete"), drawn_as[~far], atol=1e-12)
    shown = drawn.line(axes, "best so far")
    assert_allclose(shown[:-1], np.column_stack([trials["trial"], error.cummin()]))
    assert shown[-1, 0] > trials["trial"].iloc[-1] and shown[-1, 1] == error.min()
    ((winner, lowest),) = drawn.line(axes, "the winner")
    assert lowest == error.min() == error[trials["trial"] == winner].item()
    assert_allclose(drawn.line(axes, "by hand (trial 0)")[:, 1], error.iloc[0])
    arrows = [text.get_text() for text in axes.texts if "\u2191" in text.get_text()]
    assert arrows == [f"\u2191 {plots.percent(one)}" for one in error[far]] and len(arrows) < 3


def samplers(figure, run):
    """The means of the studies' lowest errors so far; the differences in pairs and their intervals."""
    left, right = figure.axes
    lowest = {}
    for sampler in ("random", "TPE"):
        of_sampler = _trials(sampler).sort_values(["study", "trial"])
        lowest[sampler] = np.minimum.accumulate(
            1 - of_sampler["value"].to_numpy().reshape(5, 25), axis=1
        )
        mean = lowest[sampler].mean(axis=0)
        assert_allclose(drawn.line(left, sampler)[:, 1], mean[9:])
        assert_allclose(drawn.line(left, "shared")[:, 1], mean[:10])
    assert len(left.lines) == 3
    for height, count in enumerate((15, 20, 25)):
        gains = 100 * (lowest["random"] - lowest["TPE"])[:, count - 1]
        assert_runs_and_mean(right, height, gains, f"{count} trials", 0.99)


def pruning(figure, run):
    """The curves of the last TPE study's last trials; those that Optuna's median pruner stops end in a cross."""
    trials = _trials("TPE", 4).set_index("trial")
    curves = trials[[f"after_{epoch}" for epoch in range(1, 6)]].to_numpy()
    (axes,) = figure.axes
    stopped, best = {}, 10 + curves[10:, -1].argmax()
    for number in range(10, 25):
        # By the rule itself: from the third epoch on, the best so far below the median of those that were finished.
        for epoch in (3, 4):
            before = [curves[other, epoch - 1] for other in range(number) if other not in stopped]
            if curves[number, :epoch].max() < np.median(before):
                stopped[number] = epoch
                break
        end = stopped.get(number, 5)
        name = "the best of them" if number == best else f"trial {number}"
        assert_allclose(drawn.line(axes, name)[:, 1], 1 - curves[number, :end])
        if number in stopped:
            unseen = np.column_stack([range(end, 6), 1 - curves[number, end - 1 :]])
            assert_allclose(drawn.line(axes, f"{name} unseen"), unseen)
    crosses = [drawn.points(line)[0] for line in axes.lines if line.get_label() == "stopped"]
    assert_allclose(
        sorted(map(tuple, crosses)),
        sorted((end, 1 - curves[number, end - 1]) for number, end in stopped.items()),
    )
    dotted = {line.get_label() for line in axes.lines if line.get_linestyle() == ":"}
    assert dotted == {
        "the best of them unseen" if number == best else f"trial {number} unseen"
        for number in stopped
    }
    at = stopped[best]
    assert at == 3
    before = [curves[other, at - 1] for other in range(best) if other not in stopped]
    assert_allclose(drawn.line(axes, f"median that trial {best} met")[:, 1], 1 - np.median(before))
    (near,) = axes.child_axes  # epoch 3, enlarged
    assert near.get_xlim()[0] < at < near.get_xlim()[1]
    assert near.get_ylim()[0] < 1 - np.median(before) < near.get_ylim()[1]
    for name in ("the best of them", "the best of them unseen"):
        assert_allclose(drawn.line(near, name), drawn.line(axes, name))


def importance(figure, run):
    """Each study's shares for both kinds of trials, and their means as strokes."""
    table = results.experiment("importances")
    for axes, (_, of_part) in zip(figure.axes, table.groupby("part", sort=False), strict=True):
        names = [name.replace(" ", "_") for name in drawn.tick_labels(figure, axes.yaxis)]
        names = names or [
            name.replace(" ", "_") for name in drawn.tick_labels(figure, figure.axes[0].yaxis)
        ]
        assert sorted(names) == sorted(SETTINGS)
        for line, name in zip(axes.lines, names, strict=True):
            assert_allclose(drawn.points(line)[:, 0], of_part[name])
        means = [group[0, 0, 0] for group in drawn.stretches(axes)]
        assert_allclose(means, of_part[names].mean())


def _once(above=0.0):
    """Every settings that was tried, once, if it read more than a share of the validation images."""
    table = _trials().drop_duplicates(SETTINGS)
    return table[table["value"] > above]


def slices(figure, run):
    """The errors of all trials above 90 % by each setting, TPE's, random ones, the best; a line at 96.5 % accuracy."""
    trials = _once(0.9)
    best = trials.loc[trials["value"].idxmax()]
    chosen = (trials["sampler"] == "TPE") & (trials["trial"] >= 10)
    for axes, setting in zip(figure.axes[:5], SETTINGS, strict=True):
        assert axes.get_xlabel().replace(" ", "_") == setting
        drawn_as = {
            "TPE": trials[chosen],
            "random": trials[~chosen],
            "best of all": trials.loc[[best.name]],
            "tuned": _trials("TPE", 0).nlargest(1, "value"),
        }
        assert_allclose(1 - drawn.line(axes, "3.5\N{NO-BREAK SPACE}% error")[:, 1], 0.965)
        for label, rows in drawn_as.items():
            places = drawn.line(axes, label)
            assert_allclose(places[:, 1], 1 - rows["value"])
            # These two stand in columns, spread a little.
            if setting == "depth":
                assert_allclose(places[:, 0], rows[setting], atol=0.25)
            elif setting == "batch_size":
                assert_allclose(np.log2(places[:, 0]), np.log2(rows[setting]), atol=0.25)
            else:
                assert_allclose(places[:, 0], rows[setting])


def parallel(figure, run):
    """A line for each of the ten best trials through the places of its settings and its error; strokes for others."""
    trials = _once()
    (axes,) = figure.axes
    names = [*SETTINGS, "error"]
    assert drawn.tick_labels(figure, axes.xaxis) == [name.replace("_", " ") for name in names]
    ends = {
        "width": (32, 512),
        "depth": (1, 5),
        "learning_rate": (1e-4, 3e-2),
        "batch_size": (32, 512),
        "dropout": (0, 0.5),
    }
    logarithmic = ("width", "learning_rate", "batch_size")
    heights = trials[SETTINGS].astype(float)
    for name in SETTINGS:
        scale = np.log if name in logarithmic else float
        low, high = map(scale, ends[name])
        heights[name] = (heights[name].map(scale) - low) / (high - low)
    ten = trials["value"].nlargest(10).index
    assert len(axes.lines) == len(ten) + len(names) + len(names)  # and the axes themselves
    for number in ten:
        line = drawn.line(axes, f"trial {number}")
        assert_allclose(line[:-1, 1], heights.loc[number])
    thick = [line.get_label() for line in axes.lines if line.get_linewidth() > 2]
    assert thick == [f"trial {ten[0]}"], "the best of all"
    shown = {number: drawn.line(axes, f"trial {number}")[-1, 1] for number in ten}
    assert sorted(shown, key=shown.get) == sorted(ten, key=lambda number: -trials["value"][number])
    for place, name in enumerate(names):
        strokes = drawn.line(axes, f"others, {name}")
        assert (strokes[:, 0] == place).all() and len(strokes) == len(trials) - len(ten)
        if name in SETTINGS:
            assert_allclose(strokes[:, 1], heights[name].drop(ten))


def changes(figure, run):
    """Every run's error and the mean with its interval, for each changed setting; TPE's winners from other seeds."""
    table = results.experiment("batches")
    (axes,) = figure.axes
    rows = dict.fromkeys(table["change"])
    rows = {
        "by hand" if name == "chosen by hand" else name: 1
        - table.loc[table["change"] == name, "val_accuracy"]
        for name in rows
    }
    again = results.experiment("retrials")
    again = again[again["sampler"] == "TPE"]
    rows["winners of TPE"] = 1 - again.groupby("study")["val_accuracy"].mean()
    assert drawn.tick_labels(figure, axes.yaxis) == list(rows)
    heights = axes.get_yticks()
    for height, (name, errors) in zip(heights, rows.items(), strict=True):
        assert_runs_and_mean(axes, height, errors.to_numpy(), name, 0.99)
    assert_allclose(drawn.line(axes, "mean of by hand")[:, 0], rows["by hand"].mean())
    # A gap above each kind of change; the last row is compared with the two changes together.
    first = ["batch 256", "learning rate 0.008", "width 256", "depth 4", "width 512, batch 32"]
    gaps = [name in first for name in rows]
    assert list(np.diff(heights)) == [1.5 if gap else 1 for gap in gaps[1:]]


def trainings(figure, run):
    """Each run's error in the trial and after the long training, by what chose its settings."""
    table = results.experiment("winners")
    (axes,) = figure.axes
    labels = {"random": "winners of random search", "TPE": "winners of TPE", "by hand": "by hand"}
    for sampler, runs in table.groupby("sampler"):
        places = drawn.line(axes, labels[sampler])
        assert_allclose(places, 1 - runs[["trial_value", "val_accuracy"]])


def winner(figure, run):
    """Every full training's test error and the mean with its interval, of the winner and its controls."""
    table = results.experiment("tuned")
    table["network"] = table["network"].str.removeprefix("by hand, ")
    (axes,) = figure.axes
    names = drawn.tick_labels(figure, axes.yaxis)
    assert names == list(dict.fromkeys(table["network"]))
    for height, name in enumerate(names):
        errors = table.loc[table["network"] == name, "test_errors"].to_numpy()
        assert_runs_and_mean(axes, height, errors, name, 0.99)
    by_hand = table.loc[table["network"] == "by hand", "test_errors"]
    assert_allclose(drawn.line(axes, "mean of by hand")[:, 0], by_hand.mean())
    assert axes.get_xlabel() == "errors of 10,000 test images"


def ladder(figure, run):
    """Every run's error and the mean, of all networks whose results the series saved, and what is new on a rung."""
    (axes,) = figure.axes
    tables = [run.table(f"results/{number}.csv") for number in ("05", "07", "08")]
    five_runs = results.experiment("stronger")
    tables[1] = five_runs[five_runs["network"].isin(tables[1]["network"])]
    names = drawn.tick_labels(figure, axes.yaxis)
    assert sorted(names) == sorted({name for table in tables for name in table["network"]})
    assert [each.get_label() for each in axes.lines] == names
    written = [(text.xy[1], text.get_text()) for text in axes.texts]
    above = None
    for rung, name in enumerate(names):
        rows = next(rows for table in tables if len(rows := table[table["network"] == name]))
        error = 1 - rows["test_accuracy"]
        places = drawn.line(axes, name)
        assert_allclose(places[:, 0], error)
        assert (np.abs(places[:, 1] - rung) < 0.3).all()
        assert_allclose(drawn.stretches(axes)[rung][:, :, 0], error.mean())
        number, *words = [text for height, text in written if height == rung]
        assert number == f"{round(1e4 * error.mean(), 6):,.0f}"
        for new in words:
            assert "more neurons" not in new or (
                rows["parameters"].iloc[0] > above["parameters"].iloc[0]
            )
            assert ("10,000 more" in new) == (name == "own")
            assert ("convolutions" in new) == (name == "conv-undistorted")
            assert new.startswith("+ distorted images") == (name in ("deep", "conv"))
            assert ("hidden layers" in new) == (name == "E")
        above = rows


SHOWS = {
    "07_distortions": distortions,
    "07_ablation": ablation,
    "07_leave_one_out": leave_one_out,
    "07_errors": errors,
    "07_disturbances": disturbances,
    "07_robustness": robustness,
    "07_strokes": strokes,
    "07_images": images,
    "07_records": records,
    "07_cost": cost,
    "08_history": history,
    "08_samplers": samplers,
    "08_pruning": pruning,
    "08_importance": importance,
    "08_slices": slices,
    "08_parallel": parallel,
    "08_changes": changes,
    "08_trainings": trainings,
    "08_winner": winner,
    "08_ladder": ladder,
}
