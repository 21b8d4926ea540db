"""The settings chosen by hand, variants of them, and winners of searches after a full training; run by experiments.py.

Each network trains as notebook 04's own does: on the 50,000 images of the series' random split, for twenty epochs. The
winners' settings come from the table of the experiment ``search``, so that one has to be there. Beside the settings
chosen by hand stand two variants of them: one with a quarter of the batch, one as wide and as deep as the winner of
the first TPE study.
"""

EPOCHS = 20
# How many seeds each has: the large networks of the searches train for minutes.
SEEDS = {"by hand": 5, "by hand, batch 32": 5, "TPE 0": 2, "by hand, as large as TPE 0": 2}


def settings() -> list[dict]:
    """One row per network and seed, with its settings and what they reached as a trial, -1 if they were none."""
    from digits import results
    from digits.search import tuning

    trials, by_hand = results.experiment("search"), tuning.CHOSEN_BY_HAND
    winners = {}
    for (sampler, study), of_study in trials.groupby(["sampler", "study"]):
        best = of_study.loc[of_study["value"].idxmax()]
        settings = {name: best[name].item() for name in by_hand}
        winners[f"{sampler} {study}"] = {**settings, "trial_value": best["value"].item()}
    first = winners["TPE 0"]
    networks = {
        **winners,
        "by hand": {**by_hand, "trial_value": trials["value"].iloc[0].item()},
        "by hand, batch 32": {**by_hand, "batch_size": 32, "trial_value": -1},
        "by hand, as large as TPE 0": {
            **by_hand,
            "width": first["width"],
            "depth": first["depth"],
            "trial_value": -1,
        },
    }
    return [
        {"settings": name, **networks[name], "seed": seed}
        for name, seeds in SEEDS.items()
        for seed in range(seeds)
    ]


def measure(settings: list[dict]) -> list[dict]:
    """Train each row's network.

    Returns:
        For each row the number of ``parameters``, and ``val_loss`` and ``val_accuracy`` at the end.
    """
    from digits.search import tuning
    from digits.store import artifacts

    data, by_name = artifacts.load_arrays("preprocessed.npz"), {}
    validation = data["validation_rows"]
    for one in settings:
        by_name.setdefault(one["settings"], []).append(one)
    measured = {}
    for name, rows in by_name.items():
        runs = tuning.train(
            "tuned",
            {key: rows[0][key] for key in tuning.CHOSEN_BY_HAND},
            data["images"],
            data["labels"],
            rows=data["train_rows"],
            seeds=[one["seed"] for one in rows],
            epochs=EPOCHS,
        )
        table = runs.evaluate(data["images"][validation], data["labels"][validation])
        for row in table.itertuples():
            measured[name, row.seed] = {
                "parameters": runs.network.count_params(),
                "val_loss": row.loss,
                "val_accuracy": row.accuracy,
            }
    return [measured[one["settings"], one["seed"]] for one in settings]
