"""How a search for hyperparameters grows with its workers, and what keeping its trials costs: for benchmarks/run.py."""

import multiprocessing
import multiprocessing.synchronize
import sys
import tempfile
import time
from pathlib import Path

import optuna
from workers import answer

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notebooks"))

# Seconds until workers that do not begin, or do not end, are taken for dead.
PATIENCE = 600


def run(workers: int | None, trials: int, storage: str | None) -> dict:
    """Measure one of both.

    Args:
        workers: as many processes work on one search, which is kept in a file; None for the cost of a storage.
        trials: of the search.
        storage: ``"memory"``, ``"file"`` (SQLite) or ``"journal"``, in which trials that train nothing are kept; None
            for a search.

    Returns:
        ``per_minute``, trials that all workers together did in a minute of work; or ``ms_per_trial``, milliseconds of
        one trial that trains nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        if storage:
            return {"ms_per_trial": _milliseconds_of_one(storage, trials, folder)}
        return {"per_minute": _trials_per_minute(workers, trials, f"sqlite:///{folder}/study.db")}


def _trials_per_minute(workers: int, trials: int, address: str) -> float:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(workers + 1, timeout=PATIENCE)
    arguments = (address, trials, barrier)
    processes = [context.Process(target=_work, args=arguments) for _ in range(workers)]
    for process in processes:
        process.start()
    barrier.wait()
    started = time.perf_counter()
    barrier.wait()
    seconds = time.perf_counter() - started
    for process in processes:
        process.join()
    return 60 * trials / seconds


def _work(address: str, trials: int, barrier: multiprocessing.synchronize.Barrier) -> None:
    """One worker of a search, as ``notebooks/tune.py`` is one."""
    from digits.search import studies, tuning

    data = tuning.data_for_trials()
    study = tuning.open_study(address)
    # All at random and none pruned: so many workers as there may be, they do the same trials.
    study.sampler = studies.sampler_by_position(tuning.SEED, tuning.CHOSEN_BY_HAND, trials)
    study.pruner = optuna.pruners.NopPruner()
    barrier.wait()  # all have imported TensorFlow and hold their images
    studies.top_up(study, lambda trial: tuning.run_trial(trial, data), trials)
    barrier.wait()  # TensorFlow's own end takes seconds, and does not count


def _milliseconds_of_one(storage: str, trials: int, folder: str) -> float:
    from digits.search import studies, tuning
    from digits.search.storages import open_storage

    addresses = {"file": f"sqlite:///{folder}/study.db", "journal": f"{folder}/study.journal"}
    kept = open_storage(addresses[storage]) if storage in addresses else None
    sampler = studies.sampler_by_position(0, tuning.CHOSEN_BY_HAND)
    study = optuna.create_study(storage=kept, sampler=sampler, direction="maximize")

    def trial(one: optuna.Trial) -> float:
        """What a trial asks of its storage: to keep its settings, and a report after each epoch."""
        value = tuning.suggest(one)["dropout"]
        for epoch in range(1, tuning.EPOCHS + 1):
            one.report(value, step=epoch)
            one.should_prune()
        return value

    started = time.perf_counter()
    studies.top_up(study, trial, trials)
    return 1000 * (time.perf_counter() - started) / trials


if __name__ == "__main__":
    answer(run)
