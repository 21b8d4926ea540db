"""A search's winner and the settings chosen by hand after a full training; run by experiments.py.

Each trains as notebook 04's own network does, on all 60,000 training images for twenty epochs, from five seeds. The
winner is that of the first TPE study, so the table of the experiment ``search`` has to be there. Beside the settings
chosen by hand stand the same with a quarter of the batch, with four times the width, and with both. Each run is
measured on the test images, and set against the runs of the own network and of the winner from the same seed, image by
image.
"""

EPOCHS = 20
SEEDS = range(5)


def settings() -> list[dict]:
    """One row per network and seed, with its settings."""
    from digits import results
    from digits.search import tuning

    trials, by_hand = results.experiment("search"), tuning.CHOSEN_BY_HAND
    of_study = trials[(trials["study"] == 0) & (trials["sampler"] == "TPE")]
    best = of_study.loc[of_study["value"].idxmax()]
    networks = {
        "by hand": by_hand,
        "by hand, batch 32": {**by_hand, "batch_size": 32},
        "by hand, width 512": {**by_hand, "width": 512},
        "by hand, width 512, batch 32": {**by_hand, "width": 512, "batch_size": 32},
        "tuned": {name: best[name].item() for name in by_hand},
    }
    return [
        {"network": name, "seed": seed, **values}
        for name, values in networks.items()
        for seed in SEEDS
    ]


def measure(settings: list[dict]) -> list[dict]:
    """Train each network from its seeds.

    Returns:
        For each row what :func:`digits.results.rows` tells of a run, and how many test images this run alone read
        right (``only_this``), and the own network's run alone (``only_own``); and the same beside the winner
        (``not_tuned``, ``only_tuned``), where that is among the rows.
    """
    from digits import results, training
    from digits.search import tuning
    from digits.store import artifacts

    data, test = artifacts.load_arrays("preprocessed.npz"), artifacts.load_arrays("test_set.npz")
    images, labels = data["images"], data["labels"]
    tables, right = {}, {"own": _right(training.load_runs("own"), test)}
    for name in dict.fromkeys(one["network"] for one in settings):
        rows = [one for one in settings if one["network"] == name]
        chosen = {key: rows[0][key] for key in tuning.CHOSEN_BY_HAND}
        seeds = [one["seed"] for one in rows]
        runs = tuning.train("tuned", chosen, images, labels, seeds=seeds, epochs=EPOCHS)
        table = results.rows("08", runs, test["images"], test["labels"], len(images))
        tables[name] = table.set_index("seed").to_dict("index")
        right[name] = _right(runs, test)
    return [
        {
            **_measures(tables[one["network"]][one["seed"]]),
            **_alone(right, one, "own", "only_this", "only_own"),
            **_alone(right, one, "tuned", "not_tuned", "only_tuned"),
        }
        for one in settings
    ]


def _measures(row: dict) -> dict:
    return {key: row[key] for key in row if key.startswith(("images", "param", "test", "accu"))}


def _right(runs, test: dict) -> dict:
    """For each seed which test images its run reads right: bool, shape (images,)."""
    read = runs.scores(test["images"]).argmax(axis=2)
    return dict(zip(runs.seeds, read == test["labels"], strict=True))


def _alone(right: dict, one: dict, other: str, ours: str, theirs: str) -> dict:
    """How many images a row's run alone reads right, and how many the other network's run from the same seed."""
    if other not in right:
        return {}
    here, there = right[one["network"]][one["seed"]], right[other][one["seed"]]
    return {ours: int((here & ~there).sum()), theirs: int((there & ~here).sum())}
