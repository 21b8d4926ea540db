"""Searches that several processes can share: Optuna studies in a file, a database or a journal.

A study holds all trials of one search. Whoever opens it works on it until it has as many trials as its budget says:
one worker alone, or several on one machine or on many. A worker that vanishes loses its trial to another one.
No TensorFlow is imported; what a trial does is a function of the caller's.
"""

import contextlib
import datetime
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import optuna
import pandas as pd
from optuna.distributions import BaseDistribution
from optuna.exceptions import ExperimentalWarning, UpdateFinishedTrialError
from optuna.samplers import BaseSampler, TPESampler
from optuna.storages import RetryHeartbeatStaleTrialCallback
from optuna.trial import FrozenTrial, Trial, TrialState

from ..basics.progress import progress_bar
from . import interrupts
from .storages import StudyError, open_storage

# So many trials are chosen at random, and none of them is pruned, before the sampler and the pruner rely on them.
TRIALS_TO_LEARN_FROM = 10


class _OverBudget(Exception):
    """Another worker was quicker to begin the last trial of the budget."""


def open_study(name: str, address: str | None, *, seed: int, first: dict) -> optuna.Study:
    """A study, new or as far as it has come, that looks for the highest value.

    Args:
        name: tells the studies of one storage apart. Workers on one study use the same name.
        address: a database's (``sqlite:///study.db``, ``postgresql+psycopg://user:password@host/database``), or the
            path of a journal, which ends in ``.journal``, in a folder that all workers share; None for a file in
            data/tuning/.
        seed: decides the settings that are tried, as far as the results of earlier trials do not.
        first: the settings of the first trial, by name.

    Raises:
        StudyError: the address is not one of these, or what it leads to cannot be used.
    """
    return optuna.create_study(
        study_name=name,
        storage=open_storage(address),
        sampler=sampler_by_position(seed, first),
        # Stops a trial that from its third epoch on does worse than half of those before it did.
        pruner=optuna.pruners.MedianPruner(n_startup_trials=TRIALS_TO_LEARN_FROM, n_warmup_steps=3),
        direction="maximize",
        load_if_exists=True,
    )


def sampler_by_position(
    seed: int, first: dict, random_trials: int = TRIALS_TO_LEARN_FROM
) -> BaseSampler:
    """Optuna's TPE, with random numbers that depend on the seed and on a trial's position in its study alone.

    Args:
        seed: of the study.
        first: the settings of the first trial, by name.
        random_trials: so many trials, the first included, learn nothing from the others. As many as the whole study
            has make it a random search; studies that differ in this number alone begin with the same trials.
    """
    return _SamplerByPosition(seed, first, random_trials)


def top_up(
    study: optuna.Study,
    run_trial: Callable[[Trial], float],
    budget: int,
    give_up_after: float | None = None,
) -> None:
    """Run trials until the study has as many as its budget says, all its workers together, and never more.

    A trial that fails or is interrupted counts for nothing: another one takes its place. In a database, the trial
    of a worker that vanished is run again; this function waits for the trials of other workers to find that out.
    Ctrl-C is heeded between two trials, and within one wherever it calls :func:`digits.search.interrupts.heed`.

    Args:
        study: from :func:`open_study`.
        run_trial: does one trial and returns its value; may raise :class:`optuna.TrialPruned`.
        budget: the number of trials, finished or pruned.
        give_up_after: seconds after which a trial that has not ended is taken for lost and run again. For journals,
            which do not know who is alive; longer than any trial takes, and all clocks must agree.

    Raises:
        StudyError: the storage has failed. What was finished is in it; the trial in work is another worker's.
    """

    failures = []

    def within_budget(trial: Trial) -> float:
        if _position(study, trial.number) >= budget:
            raise _OverBudget
        try:
            return run_trial(trial)
        except (optuna.TrialPruned, UpdateFinishedTrialError):
            raise
        except BaseException as error:
            failures.append(error)
            raise

    bar = progress_bar(description="Searching", unit="trial", total=budget)
    with bar, interrupts.held_back():
        while True:
            interrupts.heed()
            _recover_lost_trials(study, give_up_after)
            states = [trial.state for trial in study.get_trials(deepcopy=False)]
            bar.n = states.count(TrialState.COMPLETE) + states.count(TrialState.PRUNED)
            bar.refresh()
            if TrialState.WAITING in states or _count(states) < budget:
                try:
                    with _storage_named():
                        study.optimize(within_budget, n_trials=1, catch=(_OverBudget,))
                except (ValueError, AssertionError, UpdateFinishedTrialError):
                    # The worker was taken for lost, as after a computer's sleep, and another one runs this trial
                    # again: Optuna refuses its result, in one of these ways.
                    if failures:
                        raise
            elif TrialState.RUNNING in states and (_knows_who_is_alive(study) or give_up_after):
                time.sleep(1)  # until it has ended, or is found lost
            else:
                return


def running(study: optuna.Study) -> int:
    """How many trials other workers have begun and not ended."""
    return [trial.state for trial in study.get_trials(deepcopy=False)].count(TrialState.RUNNING)


def table(study: optuna.Study) -> pd.DataFrame:
    """The trials that count, in their order.

    Returns:
        Columns ``trial`` (from 0, without gaps), ``state`` (``"complete"`` or ``"pruned"``), ``epochs`` (how many
        were reported), ``value`` (the last that was reported), and one per setting.
    """
    finished = [
        trial
        for trial in study.get_trials(deepcopy=False)
        if trial.state in (TrialState.COMPLETE, TrialState.PRUNED)
    ]
    return pd.DataFrame(
        [
            {
                "trial": number,
                "state": trial.state.name.lower(),
                "epochs": trial.last_step,
                "value": trial.value,
                **trial.params,
            }
            for number, trial in enumerate(finished)
        ]
    )


class _SamplerByPosition(BaseSampler):
    """TPE whose random numbers depend on the seed and on the trial's position in the study alone.

    A study that was interrupted and goes on is then the study that it would have been, and two workers that begin at
    the same time do not try the same settings.
    """

    def __init__(self, seed: int, first: dict, random_trials: int):
        self._seed, self._first, self._random_trials = seed, first, random_trials
        self._number: int | None = None  # of the trial that the next two are for
        self._position, self._tpe = 0, TPESampler()

    def _for(self, study: optuna.Study, trial: FrozenTrial) -> TPESampler:
        if trial.number != self._number:
            self._number, self._position = trial.number, _position(study, trial.number)
            self._tpe = TPESampler(
                seed=10_000 * self._seed + self._position, n_startup_trials=self._random_trials
            )
        return self._tpe

    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        return self._for(study, trial).infer_relative_search_space(study, trial)

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return self._for(study, trial).sample_relative(study, trial, search_space)

    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        sampler = self._for(study, trial)
        if self._position == 0:
            return self._first[param_name]
        return sampler.sample_independent(study, trial, param_name, param_distribution)

    def after_trial(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        state: TrialState,
        values: Sequence[float] | None,
    ) -> None:
        self._for(study, trial).after_trial(study, trial, state, values)


@contextlib.contextmanager
def _storage_named() -> Iterator[None]:
    """Raise the storage's failure instead of what Optuna made of it: it writes to the storage even then."""
    try:
        yield
    except Exception as error:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, StudyError):
                raise cause from None
            cause = cause.__cause__ or cause.__context__
        raise


def _position(study: optuna.Study, number: int) -> int:
    """How many trials that count were begun before this one."""
    return _count(
        [trial.state for trial in study.get_trials(deepcopy=False) if trial.number < number]
    )


def _count(states: list[TrialState]) -> int:
    return len(states) - states.count(TrialState.FAIL)


def _knows_who_is_alive(study: optuna.Study) -> bool:
    return hasattr(study._storage, "record_heartbeat")


def _recover_lost_trials(study: optuna.Study, give_up_after: float | None) -> None:
    """Let the trials of vanished workers fail, and queue their settings to be tried again."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        optuna.storages.fail_stale_trials(study)  # does nothing for a journal
        if give_up_after is None:
            return
        queue_again = RetryHeartbeatStaleTrialCallback()
        oldest = datetime.datetime.now() - datetime.timedelta(seconds=give_up_after)
        for trial in study.get_trials(states=(TrialState.RUNNING,)):
            if trial.datetime_start is not None and trial.datetime_start < oldest:
                # Another worker may give it up, or it may end, at the same moment.
                with contextlib.suppress(ValueError, UpdateFinishedTrialError):
                    study.tell(trial.number, state=TrialState.FAIL)
                    queue_again(study, trial)
