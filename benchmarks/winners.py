"""The winners of all searches and the settings chosen by hand after a long training; run by experiments.py.

Each trains as notebook 04's own network does, on the 50,000 images of the series' random split for twenty epochs, and
reads the validation images. The winners' settings come from the table of the experiment ``search``, so that one has to
be there. A winner trains for minutes, so it is trained once.
"""

EPOCHS = 20
SEEDS_BY_HAND = range(3)


def settings() -> list[dict]:
    """One row per run: its sampler and study, its settings, and the validation accuracy that their trial reached."""
    from digits import results
    from digits.search import tuning

    trials, rows = results.experiment("search"), []
    for (sampler, study), of_study in trials.groupby(["sampler", "study"]):
        best = of_study.nlargest(1, "value").to_dict("records")[0]
        chosen = {name: best[name] for name in tuning.CHOSEN_BY_HAND}
        row = {"sampler": sampler, "study": study, **chosen, "trial_value": best["value"]}
        rows.append({**row, "seed": 0})
    by_hand = {"sampler": "by hand", "study": 0, **tuning.CHOSEN_BY_HAND}
    by_hand["trial_value"] = trials["value"].iloc[0].item()
    return rows + [{**by_hand, "seed": seed} for seed in SEEDS_BY_HAND]


def measure(settings: list[dict]) -> list[dict]:
    """Train each row's network.

    Returns:
        For each row the number of ``parameters``, and ``val_loss`` and ``val_accuracy`` at the end.
    """
    from digits.search import tuning
    from digits.store import artifacts

    data, groups, measured = artifacts.load_arrays("preprocessed.npz"), {}, {}
    validation = data["validation_rows"]
    for one in settings:
        groups.setdefault((one["sampler"], one["study"]), []).append(one)
    for group, rows in groups.items():
        runs = tuning.train(
            "tuned",
            {name: rows[0][name] for name in tuning.CHOSEN_BY_HAND},
            data["images"],
            data["labels"],
            rows=data["train_rows"],
            seeds=[one["seed"] for one in rows],
            epochs=EPOCHS,
        )
        table = runs.evaluate(data["images"][validation], data["labels"][validation])
        for row in table.itertuples():
            measured[*group, row.seed] = {
                "parameters": runs.network.count_params(),
                "val_loss": row.loss,
                "val_accuracy": row.accuracy,
            }
    return [measured[one["sampler"], one["study"], one["seed"]] for one in settings]
