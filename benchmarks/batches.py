"""What single settings do to the network chosen by hand, trained as a trial of notebook 08; run by experiments.py.

A smaller batch means more updates of the weights in the same epochs. One row of settings therefore trains with the
larger batch for four times as many epochs: about as many updates as with a quarter of the batch.
"""

SEEDS = range(5)
# What each network has instead of the settings chosen by hand, and of a trial's five epochs.
CHANGES: dict[str, dict] = {
    "chosen by hand": {},
    "batch 256": {"batch_size": 256},
    "batch 64": {"batch_size": 64},
    "batch 32": {"batch_size": 32},
    "20 epochs": {"epochs": 20},
    "learning rate 0.008": {"learning_rate": 0.008},
    "width 256": {"width": 256},
    "width 512": {"width": 512},
    "depth 4": {"depth": 4},
    "width 512, batch 32": {"width": 512, "batch_size": 32},
}


def settings() -> list[dict]:
    """One row per change and seed."""
    return [{"change": change, "seed": seed} for change in CHANGES for seed in SEEDS]


def measure(settings: list[dict]) -> list[dict]:
    """Train each changed network from its seeds.

    Returns:
        For each row the number of ``parameters`` and of ``updates``, and ``val_loss`` and ``val_accuracy`` at the end.
    """
    from digits.search import tuning

    data, found = tuning.data_for_trials(), {}
    for change in dict.fromkeys(one["change"] for one in settings):
        changed = {**tuning.CHOSEN_BY_HAND, "epochs": tuning.EPOCHS, **CHANGES[change]}
        epochs = changed.pop("epochs")
        seeds = [one["seed"] for one in settings if one["change"] == change]
        runs = tuning.train("trial", changed, **data, seeds=seeds, epochs=epochs)
        for row in runs.final().itertuples():
            found[change, row.seed] = {
                "parameters": runs.network.count_params(),
                "updates": epochs * -(-len(data["images"]) // changed["batch_size"]),
                "val_loss": row.val_loss,
                "val_accuracy": row.val_accuracy,
            }
    return [found[one["change"], one["seed"]] for one in settings]
