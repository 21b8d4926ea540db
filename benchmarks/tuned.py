"""The winner of the first TPE study of the experiment ``search``, trained on all images; run by experiments.py.

As notebook 04's own network it trains on all 60,000 training images for twenty epochs, from five seeds. Each run is
then measured on the test images, and set against the run of the own network from the same seed, image by image.
"""

EPOCHS = 20
SEEDS = range(5)


def settings() -> list[dict]:
    """One row per seed, with the winner's settings."""
    from digits import results
    from digits.search import tuning

    trials = results.experiment("search")
    of_study = trials[(trials["study"] == 0) & (trials["sampler"] == "TPE")]
    best = of_study.loc[of_study["value"].idxmax()]
    winner = {name: best[name].item() for name in tuning.CHOSEN_BY_HAND}
    return [{**winner, "seed": seed} for seed in SEEDS]


def measure(settings: list[dict]) -> list[dict]:
    """Train the winner from each seed.

    Returns:
        For each row what :func:`digits.results.rows` tells of a run, and how many test images this run alone read
        right (``only_tuned``), and the own network's run alone (``only_own``).
    """
    from digits import results, training
    from digits.search import tuning
    from digits.store import artifacts

    data, test = artifacts.load_arrays("preprocessed.npz"), artifacts.load_arrays("test_set.npz")
    images, labels = data["images"], data["labels"]
    winner = {name: settings[0][name] for name in tuning.CHOSEN_BY_HAND}
    seeds = [one["seed"] for one in settings]
    runs = tuning.train("tuned", winner, images, labels, seeds=seeds, epochs=EPOCHS)
    rows = results.rows("08", runs, test["images"], test["labels"], len(images))
    names = [
        "notebook",
        "network",
        "seed",
        "validation_accuracy",
    ]  # of these there is nothing to keep
    measured = rows.drop(columns=names).to_dict("records")
    own = training.load_runs("own")
    right = {
        each.name: each.scores(test["images"]).argmax(axis=2) == test["labels"]
        for each in (runs, own)
    }
    for row, seed, ours in zip(measured, seeds, right["tuned"], strict=True):
        theirs = right["own"][own.seeds.index(seed)]
        row |= {"only_tuned": int((ours & ~theirs).sum()), "only_own": int((theirs & ~ours).sum())}
    return measured
