"""Random search and TPE with the same budget, five studies of each; run by experiments.py.

The searched settings and the training of a trial are those of notebook 08. The first trial of every study has the
settings chosen by hand. The two studies of a pair share their seed, and so their first ten trials: what differs is
how the others are chosen. No trial is pruned.
"""

BUDGET = 25  # trials of a study, the one with the settings chosen by hand included
STUDIES = range(5)  # also their seeds
RANDOM_TRIALS = {"random": BUDGET, "TPE": 10}  # so many trials do not learn from those before them


def settings() -> list[dict]:
    """One row per trial."""
    return [
        {"study": study, "sampler": sampler, "trial": trial}
        for study in STUDIES
        for sampler in RANDOM_TRIALS
        for trial in range(BUDGET)
    ]


def measure(settings: list[dict]) -> list[dict]:
    """Run the studies to which these trials belong, each as far as they need it.

    Returns:
        For each trial its ``state``, ``epochs`` and settings, its ``value``, the validation accuracy after the last
        epoch, and ``after_1`` and so on, those after each epoch.
    """
    found = {}
    for study in dict.fromkeys(one["study"] for one in settings):
        first_trials = []
        for sampler, random_trials in RANDOM_TRIALS.items():
            wanted = [
                one["trial"]
                for one in settings
                if (one["study"], one["sampler"]) == (study, sampler)
            ]
            trials = searched(study, random_trials, max(wanted, default=-1) + 1, first_trials)
            first_trials = first_trials or trials[: RANDOM_TRIALS["TPE"]]
            found |= {(study, sampler, trial.number): _row(trial) for trial in trials}
    return [found[one["study"], one["sampler"], one["trial"]] for one in settings]


def searched(seed: int, random_trials: int, budget: int, known: list) -> list:
    """The trials of one study.

    Args:
        seed: of the study.
        random_trials: how many trials do not learn from those before them.
        budget: how many trials there are to be.
        known: the study's first trials, as far as they were run before.
    """
    import optuna
    from digits.search import studies, tuning

    study = optuna.create_study(
        direction="maximize",
        sampler=studies.sampler_by_position(seed, tuning.CHOSEN_BY_HAND, random_trials),
        pruner=optuna.pruners.NopPruner(),
    )
    study.add_trials(known[:budget])
    data = tuning.data_for_trials()
    study.optimize(lambda trial: trained(trial, data), n_trials=budget - len(study.trials))
    return study.trials


def trained(trial, data: dict) -> float:
    """What :func:`digits.search.tuning.run_trial` gives, from a training that is kept and not done twice."""
    from digits.search import tuning

    runs = tuning.train(
        "trial", tuning.suggest(trial), **data, seeds=[tuning.SEED], epochs=tuning.EPOCHS
    )
    for epoch in runs.history.itertuples():
        trial.report(epoch.val_accuracy, step=epoch.epoch)
    return runs.history["val_accuracy"].iloc[-1]


def _row(trial) -> dict:
    """A finished trial as a row of the table."""
    after = {f"after_{epoch}": value for epoch, value in trial.intermediate_values.items()}
    return {
        "state": trial.state.name.lower(),
        "epochs": len(after),
        "value": trial.value,
        **trial.params,
        **after,
    }
