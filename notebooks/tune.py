"""Work on notebook 08's search for hyperparameters, alone or beside other workers.

    python notebooks/tune.py                                      in the file that notebook 08 reads, 25 trials
    python notebooks/tune.py --trials 100                         until there are 100 trials
    python notebooks/tune.py --storage postgresql+psycopg://host/digits
                                                                  in a database that all workers reach
    python notebooks/tune.py --storage /shared/digits.journal     in a journal in a folder that all workers share

Start it as often as there are processor cores to spare, on as many machines as you like. Each worker ends when the
search has as many trials as --trials says, all workers together. Notebook 08 shows the result if its STORAGE names
the same place. Ctrl-C ends a worker after the epoch that it is in, and gives its trial back.
"""

import argparse
import os
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # python -P leaves it out
try:
    from digits.basics import commands
except RuntimeError as error:  # the wrong Python
    sys.exit(str(error))
with commands.naming_missing_libraries():
    import optuna
    from digits.basics import workspace
    from digits.dataset import mnist
    from digits.search import storages, studies
    from digits.store import artifacts


def positive(text: str) -> int:
    """A whole number above 0, as argparse wants it told."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not above 0")
    return number


def report(study: optuna.Study) -> None:
    """Say how far the search has come, all workers together."""
    trials, others = studies.table(study), studies.running(study)
    if len(trials):
        print(f"The search has {len(trials)} trials; the best reached {study.best_value:.2%}.")
        print(f"Its settings: {study.best_params}")
    if others:
        print(
            f"{others} more were begun by other workers and have not ended. If those workers are gone, start one with "
            "--give-up-after SECONDS."
        )


def main() -> int:
    """Do what the command line asks for; the process's exit code, 0 if the search is complete."""
    parser = commands.parser(__doc__)
    parser.add_argument(
        "--storage",
        help="a database's address or a journal's path; default: a file in data/tuning/",
    )
    parser.add_argument(
        "--trials",
        type=positive,
        help="all workers together; default: 25, as many as a study of notebook 08 has",
    )
    parser.add_argument(
        "--give-up-after",
        type=positive,
        metavar="SECONDS",
        help="for journals: run a trial again that has not ended after so long, its worker being gone",
    )
    arguments = parser.parse_args()
    # A polite kill, as at the end of a job on a shared machine, gives the trial back too.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        from digits.search import (
            tuning,  # here, because TensorFlow takes seconds and --help needs none
        )

        data = tuning.data_for_trials()
        print(mnist.load(), flush=True)
        study = tuning.open_study(arguments.storage)
        print(f"Searching in {storages.shown(arguments.storage)} ...", flush=True)
        studies.top_up(
            study,
            lambda trial: tuning.run_trial(trial, data),
            arguments.trials or tuning.default_budget(),
            arguments.give_up_after,
        )
        report(study)
    except (
        mnist.DatasetError,
        workspace.WorkspaceError,
        artifacts.ArtifactError,
        storages.StudyError,
    ) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; the trial in work was given back.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    commands.run(main)
