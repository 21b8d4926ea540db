"""The winning trials of all searches once more, from five other seeds; run by experiments.py.

A winner is the best of many trials, so its value holds luck as well. Each trial here is trained as in the search, with
the same settings, images and epochs; only the seed is another than the search's. The settings chosen by hand stand
beside them. The table of the experiment ``search`` has to be there.
"""

SEEDS = range(1, 6)  # the search's own is 0


def settings() -> list[dict]:
    """One row per run: its sampler and study, its settings, and the validation accuracy that their trial reached."""
    from digits import results
    from digits.search import tuning

    trials, rows = results.experiment("search"), []
    for (sampler, study), of_study in trials.groupby(["sampler", "study"]):
        best = of_study.nlargest(1, "value").to_dict("records")[0]
        chosen = {name: best[name] for name in tuning.CHOSEN_BY_HAND}
        rows.append({"sampler": sampler, "study": study, **chosen, "trial_value": best["value"]})
    by_hand = {"sampler": "by hand", "study": 0, **tuning.CHOSEN_BY_HAND}
    rows.append({**by_hand, "trial_value": trials["value"].iloc[0].item()})
    return [{**row, "seed": seed} for row in rows for seed in SEEDS]


def measure(settings: list[dict]) -> list[dict]:
    """Train each row's network as a trial.

    Returns:
        For each row ``val_loss`` and ``val_accuracy`` after the last epoch.
    """
    from digits.search import tuning

    data, groups, measured = tuning.data_for_trials(), {}, {}
    for one in settings:
        groups.setdefault((one["sampler"], one["study"]), []).append(one)
    for group, rows in groups.items():
        chosen = {name: rows[0][name] for name in tuning.CHOSEN_BY_HAND}
        seeds = [one["seed"] for one in rows]
        runs = tuning.train("trial", chosen, **data, seeds=seeds, epochs=tuning.EPOCHS)
        for row in runs.final().itertuples():
            measured[*group, row.seed] = {
                "val_loss": row.val_loss,
                "val_accuracy": row.val_accuracy,
            }
    return [measured[one["sampler"], one["study"], one["seed"]] for one in settings]
