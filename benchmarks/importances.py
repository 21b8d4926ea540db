"""Which settings explain the accuracies of the random searches, by functional ANOVA; run by experiments.py.

The trials come from the table of the experiment ``search``: the five studies of random search, because their settings
are a fair sample of the whole space. Each study is asked twice: with all its trials, and with those alone that reach
90 % of the validation images.
"""

PARTS = {"all": 0.0, "above 90 %": 0.9}
STUDIES = range(5)
SEED = 0  # of the forests


def settings() -> list[dict]:
    """One row per part and study."""
    return [{"part": part, "study": study} for part in PARTS for study in STUDIES]


def measure(settings: list[dict]) -> list[dict]:
    """Let a forest learn each row's trials.

    Returns:
        For each row the number of ``trials``, and for each setting its share of what the forest explains, 0 to 1.
    """
    import optuna
    from digits import results
    from digits.search import tuning

    trials, measured = results.experiment("search"), []
    for one in settings:
        of_study = trials[(trials["study"] == one["study"]) & (trials["sampler"] == "random")]
        kept = of_study[of_study["value"] >= PARTS[one["part"]]]
        evaluator = optuna.importance.FanovaImportanceEvaluator(seed=SEED)
        shares = optuna.importance.get_param_importances(tuning.study_of(kept), evaluator=evaluator)
        in_order = {name: float(shares[name]) for name in tuning.CHOSEN_BY_HAND}
        measured.append({"trials": len(kept), **in_order})
    return measured
