"""The search for hyperparameters: repeatable, never beyond its budget, and shared by workers that may vanish."""

import collections
import contextlib
import datetime
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import textwrap
import urllib.parse

import numpy as np
import optuna
import pytest
from digits.basics import workspace
from digits.dataset import mnist
from digits.search import storages, studies
from digits.store import artifacts
from optuna.trial import TrialState

TUNE = workspace.NOTEBOOKS_FOLDER / "tune.py"
FIRST = {"x": 0.5, "kind": "a"}


def quick(trial: optuna.Trial) -> float:
    """A trial without a network: the higher x and the better the kind, the higher its value."""
    x = trial.suggest_float("x", 0, 1)
    return x + {"a": 0, "b": 0.5}[trial.suggest_categorical("kind", ["a", "b"])]


def open_study(address: str, seed: int = 0) -> optuna.Study:
    return studies.open_study("test", address, seed=seed, first=FIRST)


def address_of(file: pathlib.Path) -> str:
    """An SQLite file's address; what its path may hold means something else in an address."""
    return f"sqlite:///{urllib.parse.quote(file.as_posix())}"


def storage_of(kind: str, request) -> str:
    """The address of a new storage; files lie in a folder with spaces and letters beyond ASCII."""
    home = request.getfixturevalue("home")
    if kind == "postgresql":
        return request.getfixturevalue("postgresql").new_database()
    return address_of(home / "study.db") if kind == "sqlite" else str(home / "study.journal")


@pytest.fixture(params=["sqlite", "journal", "postgresql"])
def address(request):
    """A storage of each kind."""
    return storage_of(request.param, request)


@pytest.fixture(params=["sqlite", "postgresql"])
def shared_database(request):
    """A database of each kind."""
    return storage_of(request.param, request)


@pytest.fixture
def database(home):
    return address_of(home / "study.db")


@pytest.fixture
def journal(home):
    return str(home / "study.journal")


def states(address: str) -> collections.Counter:
    trials = open_study(address).get_trials(deepcopy=False)
    return collections.Counter(trial.state.name for trial in trials)


# ---------------------------------------------------------------- one worker


def test_first_trial_is_the_given_one(address):
    """The hand-chosen settings are what the others are measured against."""
    study = open_study(address)
    studies.top_up(study, quick, 3)
    table = studies.table(study)
    assert table.columns.tolist() == ["trial", "state", "epochs", "value", "x", "kind"]
    assert table.loc[0, ["x", "kind"]].to_dict() == FIRST
    assert table["x"].nunique() == 3


@pytest.mark.slow
def test_study_goes_on_as_if_it_had_not_stopped(home):
    """Opened again and again, or interrupted in a trial, it is the study of one go; another seed gives another one."""
    in_one_go = open_study(address_of(home / "one.db"))
    studies.top_up(in_one_go, quick, 25)
    again = address_of(home / "again.db")
    interrupted = []

    def sometimes_interrupted(trial):
        value = quick(trial)
        if trial.number in (4, 15, 16):
            interrupted.append(trial.number)
            raise KeyboardInterrupt
        return value

    for budget in (3, 12, 12, 25):
        while True:
            try:
                studies.top_up(open_study(again), sometimes_interrupted, budget)
                break
            except KeyboardInterrupt:
                continue
    assert interrupted == [4, 15, 16]
    expected, found = studies.table(in_one_go), studies.table(open_study(again))
    assert len(expected) == 25 and found.equals(expected)
    other = open_study(address_of(home / "other.db"), seed=1)
    studies.top_up(other, quick, 25)
    assert (studies.table(other)["x"] != expected["x"]).sum() == 24, "all but the first"


def test_search_learns_from_its_trials(database):
    """After the random ones, the sampler looks where values are high: otherwise a search is a lottery."""
    study = open_study(database)
    studies.top_up(study, quick, 30)
    values = studies.table(study)["value"]
    assert values[20:].mean() > values[1:10].mean() + 0.2


def test_budget_is_kept(address):
    """A complete study is left as it is; a higher budget adds the difference, a lower one nothing."""
    begun = []

    def counted(trial):
        begun.append(trial.number)
        return quick(trial)

    for budget, so_far in ((4, 4), (4, 4), (6, 6), (2, 6)):
        studies.top_up(open_study(address), counted, budget)
        assert len(begun) == so_far == len(studies.table(open_study(address)))


def test_budget_is_kept_when_another_worker_began_meanwhile(database, monkeypatch):
    """Two workers may both see one place left; whoever comes second must leave it, and try nothing."""
    begun, counted, late = [], studies._count, [True]

    def seen_too_early(states):
        """What a worker counts that looked just before the last trial began, once."""
        return counted(states) - (counted(states) == 2 and bool(late) and late.pop())

    def noted(trial):
        begun.append(trial.number)
        return quick(trial)

    monkeypatch.setattr(studies, "_count", seen_too_early)
    study = open_study(database)
    studies.top_up(study, noted, 2)
    assert begun == [0, 1] and not late and len(studies.table(study)) == 2


def test_worker_of_a_database_is_taken_for_dead_after_half_a_minute(database):
    """Later, and a class would wait; sooner, and a computer that is busy would lose its trials to others."""
    storage = storages.open_storage(database)
    assert (storage.heartbeat_interval, storage.grace_period) == (5, 30)


def test_hopeless_trials_are_pruned_and_count(database):
    """After ten trials to learn from, one that is worse than most ends after its third epoch, and is not repeated."""

    def reported(trial):
        trial.suggest_float("x", 0, 1)
        hopeless = trial.number >= 10
        for epoch in (1, 2, 3, 4):
            trial.report(-1.0 if hopeless else trial.number + epoch / 10, step=epoch)
            if trial.should_prune():
                raise optuna.TrialPruned
        return float(trial.number)

    study = open_study(database)
    studies.top_up(study, reported, 13)
    table = studies.table(study)
    assert table["state"].tolist() == ["complete"] * 10 + ["pruned"] * 3
    assert table["epochs"].tolist() == [4] * 10 + [3] * 3
    assert table.loc[10:, "value"].tolist() == [-1.0] * 3


def test_error_in_a_trial_comes_through(database):
    """It is the reader's to see; the trial counts for nothing, and the study is the same once it is mended."""

    def broken(trial):
        quick(trial)
        raise ValueError("the network is broken")

    with pytest.raises(ValueError, match="the network is broken"):
        studies.top_up(open_study(database), broken, 2)
    assert states(database) == {"FAIL": 1}
    studies.top_up(open_study(database), quick, 2)
    assert studies.table(open_study(database)).loc[0, "x"] == FIRST["x"]


def test_progress_is_shown_to_a_person(database, monkeypatch, capsys):
    """A search takes minutes; the bar counts the trials of all workers."""
    studies.top_up(open_study(database), quick, 2)
    monkeypatch.setenv("DIGITS_PROGRESS", "1")
    studies.top_up(open_study(database), quick, 5)
    shown = capsys.readouterr()
    assert "Searching" in shown.out and "5/5" in shown.out and shown.err == ""


# ---------------------------------------------------------------- several workers

WORKER = """
import os, sys, time
from digits.search import storages, studies
storages.HEARTBEAT, storages.GRACE_PERIOD = 1, 3
address, budget, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])

def slow(trial):
    trial.set_user_attr("worker", os.getpid())
    value = trial.suggest_float("x", 0, 1)
    trial.suggest_categorical("kind", ["a", "b"])
    print("begun", trial.number, flush=True)
    time.sleep(seconds)
    return value

study = studies.open_study("test", address, seed=0, first={"x": 0.5, "kind": "a"})
print("ready", flush=True)
studies.top_up(study, slow, budget, float(sys.argv[4]) if len(sys.argv) > 4 else None)
print("running elsewhere:", studies.running(study))
"""


@pytest.fixture
def start_worker(tmp_path):
    """Start a real worker process; all are gone after the test."""
    script, workers = tmp_path / "worker.py", []
    script.write_text(textwrap.dedent(WORKER), encoding="utf-8")

    def start(*arguments):
        environment = {**os.environ, "PYTHONPATH": str(workspace.NOTEBOOKS_FOLDER)}
        command = [sys.executable, str(script), *map(str, arguments)]
        workers.append(
            subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        )
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
        worker.communicate()


def await_line(worker, beginning: str) -> None:
    while line := worker.stdout.readline():
        if line.startswith(beginning):
            return
    pytest.fail(f"The worker ended without it: {worker.stderr.read()}")


def ended(worker) -> str:
    """The output of a worker that ends well and writes nothing to standard error."""
    output, errors = worker.communicate(timeout=120)
    assert worker.returncode == 0 and errors == "", errors
    return output


@pytest.mark.slow
def test_two_workers_share_one_study(address, start_worker):
    """No trial is lost, none is run twice, both take part, and they stop at the budget though they race for its end."""
    workers = [start_worker(address, 24, 0.05) for _ in range(2)]
    for worker in workers:
        ended(worker)
    study = open_study(address)
    trials = [trial for trial in study.trials if trial.state == TrialState.COMPLETE]
    assert len(trials) == 24 and set(states(address)) <= {"COMPLETE", "FAIL"}
    assert {trial.user_attrs["worker"] for trial in trials} == {worker.pid for worker in workers}
    assert len({trial.params["x"] for trial in trials}) == 24, "no settings are tried twice"
    # Those that came too late for the budget were told so before they did anything.
    late = [trial for trial in study.trials if trial.state == TrialState.FAIL]
    assert len(late) <= 2 and not any(trial.user_attrs for trial in late)


@pytest.mark.slow
def test_trial_of_a_killed_worker_is_run_again(shared_database, start_worker):
    """In a database its heartbeat ends; another worker waits for that, and does exactly that trial."""
    victim = start_worker(shared_database, 3, 100)
    await_line(victim, "begun")
    victim.kill()
    victim.wait()
    assert states(shared_database) == {"RUNNING": 1}
    output = ended(start_worker(shared_database, 3, 0.01))
    assert "running elsewhere: 0" in output
    assert states(shared_database) == {"FAIL": 1, "COMPLETE": 3}
    lost, *others = open_study(shared_database).trials
    assert lost.params == FIRST and [trial.params for trial in others].count(FIRST) == 1


@pytest.mark.slow
def test_living_worker_is_not_taken_for_dead(database, start_worker):
    """A trial may take longer than the grace period, as long as its worker says that it is alive."""
    slow = start_worker(database, 1, 6)
    await_line(slow, "begun")
    assert "running elsewhere: 0" in ended(start_worker(database, 1, 0.01)), "it waits"
    ended(slow)
    assert states(database) == {"COMPLETE": 1}


@pytest.mark.slow
def test_lost_trial_in_a_journal_is_run_again_when_asked(journal, start_worker):
    """A journal cannot tell who is alive: a worker says what is open, and gives up what has taken too long."""
    victim = start_worker(journal, 2, 100)
    await_line(victim, "begun")
    victim.kill()
    victim.wait()
    assert "running elsewhere: 1" in ended(start_worker(journal, 2, 0.01))
    assert states(journal) == {"RUNNING": 1, "COMPLETE": 1}
    begun = open_study(journal).trials[0].datetime_start
    enough = (datetime.datetime.now() - begun).total_seconds() + 3
    assert "running elsewhere: 0" in ended(start_worker(journal, 2, 0.01, enough)), "it waits"
    assert states(journal) == {"FAIL": 1, "COMPLETE": 2}
    assert open_study(journal).trials[-1].params == FIRST


def test_lost_trial_that_two_workers_give_up_is_queued_once(journal, monkeypatch):
    """Both see it open at the same moment; the one that comes second must not run it once more."""
    first, second = open_study(journal), open_study(journal)
    first.ask()
    tell = first.tell

    def tell_too_late(*arguments, **options):
        studies._recover_lost_trials(second, give_up_after=0)
        return tell(*arguments, **options)

    monkeypatch.setattr(first, "tell", tell_too_late)
    studies._recover_lost_trials(first, give_up_after=0)
    assert states(journal) == {"FAIL": 1, "WAITING": 1}


def test_worker_that_was_taken_for_dead_goes_on(address):
    """After a computer's sleep its trial is another's already: its result is dropped, and it takes the next trial."""
    other = open_study(address)
    begun = []

    def slept(trial):
        begun.append(trial.number)
        value = quick(trial)
        if len(begun) == 1:
            other.tell(trial.number, state=TrialState.FAIL)
            trial.report(value, step=1)  # refused
        if len(begun) == 2:
            other.tell(trial.number, state=TrialState.FAIL)  # the value is refused
        return value

    studies.top_up(open_study(address), slept, 2)
    assert states(address) == {"FAIL": 2, "COMPLETE": 2} and begun == [0, 1, 2, 3]


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("study.db", "neither a database's address"),
        ("sqlite:////no such folder/study.db", "unable to open database file"),
        ("nosuchdatabase://host/name", "cannot be used"),
        ("postgresql://reader:secret@localhost:1/digits", "cannot be used"),
        ("/no such folder/study.journal", "No such file or directory"),
    ],
)
def test_address_that_cannot_be_used_is_told_in_a_sentence(home, monkeypatch, wrong, reason):
    monkeypatch.setattr(storages.time, "sleep", lambda seconds: None)  # it tries again
    with pytest.raises(storages.StudyError, match=reason) as raised:
        open_study(wrong)
    assert str(raised.value).endswith(".") and "secret" not in str(raised.value)


def test_password_is_not_shown(home):
    assert storages.shown("mysql://me:secret@host/digits") == "mysql://me:***@host/digits"
    assert storages.shown("/shared/a.journal") == "/shared/a.journal"
    assert storages.shown(None) == "data/sample/tuning/study.db"


def test_study_lies_with_the_data_it_belongs_to(home):
    """Without an address: in data/tuning/, and for the sample in the sample's own folder."""
    studies.top_up(studies.open_study("test", None, seed=0, first=FIRST), quick, 1)
    assert (home / "data" / "sample" / "tuning" / "study.db").stat().st_size > 0


# ---------------------------------------------------------------- the search of notebook 08


def test_two_datasets_share_a_database_and_no_trial(home, small_mnist, database, monkeypatch):
    """An accuracy on the sample would win a search on MNIST, whose images are others."""
    from digits.search import tuning

    tuning.open_study(database).add_trial(optuna.trial.create_trial(value=0.99))
    path = home / "other.npz"
    np.savez(path, **small_mnist)
    monkeypatch.setenv("DIGITS_MNIST", str(path))
    mnist._load.cache_clear()
    assert tuning.open_study(database).trials == []
    monkeypatch.setenv("DIGITS_MNIST", "sample")
    mnist._load.cache_clear()
    assert tuning.open_study(database).best_value == 0.99
    assert len(optuna.get_all_study_names(database)) == 2


def test_study_makes_the_folders_it_needs(home):
    """Who deletes data/ before a search gets it back."""
    mnist.load()
    shutil.rmtree(home / "data")
    studies.top_up(studies.open_study("test", None, seed=0, first=FIRST), quick, 1)
    assert (home / "data" / "sample" / "tuning" / "study.db").exists()


def test_worker_asks_for_as_many_trials_as_the_notebooks_studies_have(
    home, small_mnist, monkeypatch
):
    from digits.search import tuning

    assert tuning.default_budget() == 12
    np.savez(home / "other.npz", **small_mnist)
    monkeypatch.setenv("DIGITS_MNIST", str(home / "other.npz"))
    mnist._load.cache_clear()
    assert tuning.default_budget() == 25


class _After(optuna.pruners.BasePruner):
    """Gives up whatever has been trained for so many epochs."""

    def __init__(self, epoch: int):
        self.epoch = epoch

    def prune(self, study, trial) -> bool:
        return trial.last_step >= self.epoch


@pytest.fixture
def prepared(home):
    """Random images in place of the artifact of notebook 02."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 10, 400)
    images = random.random((400, 784), dtype=np.float32) * 0.1
    images[np.arange(400), labels] = 1  # something that can be learned
    order = random.permutation(400)
    arrays = {"train_rows": order[:320], "validation_rows": order[320:]}
    artifacts.save_arrays("preprocessed.npz", images=images, labels=labels, **arrays)
    return arrays | {"images": images, "labels": labels}


def test_trials_are_judged_by_images_that_they_do_not_learn_from(prepared, monkeypatch):
    from digits.search import tuning

    monkeypatch.setattr(tuning, "IMAGES", 100)
    data = tuning.data_for_trials()
    assert data["images"].shape == (100, 784) and data["labels"].shape == (100,)
    found = {row.tobytes() for row in data["images"]}
    learnable = {row.tobytes() for row in prepared["images"][prepared["train_rows"]]}
    assert len(found) == 100 and found <= learnable
    for given, rows in zip(
        data["validation_data"], (prepared["images"], prepared["labels"]), strict=True
    ):
        np.testing.assert_array_equal(given, rows[prepared["validation_rows"]])


@pytest.mark.parametrize(("epoch", "state"), [(2, "PRUNED"), (5, "COMPLETE")])
def test_hopeless_trial_ends_before_its_last_epoch_or_counts(prepared, epoch, state):
    """A trial that was trained to its end is a result, whatever a pruner thinks of it."""
    from digits.search import tuning

    study = optuna.create_study(direction="maximize", pruner=_After(epoch))
    study.enqueue_trial(tuning.CHOSEN_BY_HAND | {"width": 32, "depth": 1})
    study.optimize(lambda trial: tuning.run_trial(trial, tuning.data_for_trials()), n_trials=1)
    (trial,) = study.trials
    assert trial.state.name == state and list(trial.intermediate_values) == [*range(1, epoch + 1)]


def test_a_trial_trains_what_it_says(prepared, monkeypatch):
    """The same settings give the same value; each epoch is reported; the network is the one that was suggested."""
    from digits.search import tuning

    data = tuning.data_for_trials()
    settings = {**tuning.CHOSEN_BY_HAND, "depth": 3, "width": 40, "batch_size": 64}
    trained = []
    original = tuning.compiled_network
    monkeypatch.setattr(
        tuning, "compiled_network", lambda *all: trained.append(original(*all)) or trained[-1]
    )
    study = optuna.create_study(direction="maximize")
    for _ in range(2):
        study.enqueue_trial(settings)
    study.optimize(lambda trial: tuning.run_trial(trial, data), n_trials=2)
    first, second = study.trials
    assert first.params == settings and first.value == second.value > 0.2
    assert first.intermediate_values == second.intermediate_values
    assert list(first.intermediate_values) == [1, 2, 3, 4, 5]
    assert first.value == first.intermediate_values[5]
    _, accuracy = trained[0].evaluate(*data["validation_data"], verbose=0)
    assert first.value == pytest.approx(accuracy)
    dense = [layer.units for layer in trained[0].layers if hasattr(layer, "units")]
    assert dense == [40, 40, 40, 10]
    assert {layer.rate for layer in trained[0].layers if hasattr(layer, "rate")} == {0.1}
    assert trained[0].optimizer.iterations == 5 * 5, "batches of 64 from 320 images, five epochs"
    # The cosine ends at 0 with the last batch, so its length fits.
    assert float(trained[0].optimizer.learning_rate) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("rows", "steps"), [(None, 26), (np.arange(100), 8)])
def test_schedule_ends_at_0_with_the_last_step_that_is_taken(prepared, rows, steps):
    """A training on some rows takes fewer steps; a schedule for all of them would stop high."""
    from digits.search import tuning

    settings = tuning.CHOSEN_BY_HAND | {"batch_size": 32, "depth": 1, "width": 32}
    runs = tuning.train(
        "short", settings, prepared["images"], prepared["labels"], epochs=2, rows=rows, seeds=[0]
    )
    schedule = runs.network.optimizer.get_config()["learning_rate"]["config"]
    assert schedule["decay_steps"] == steps and schedule["initial_learning_rate"] == 0.002


def test_saved_network_does_not_depend_on_those_before_it(prepared, files_in, home):
    """A search that was killed and goes on builds fewer networks than one in one go, and ends with the same file."""
    from digits import training
    from digits.search import tuning

    saved = []
    for _ in range(2):
        training.keras.utils.set_random_seed(0)
        network = tuning.compiled_network("tuned", tuning.CHOSEN_BY_HAND, 400, 1)
        network.optimizer.build(network.trainable_variables)
        training.save_model("models/own.keras", network)
        saved.append(files_in(home)["data/sample/models/own.keras"])
    assert saved[0] == saved[1]


def test_hand_chosen_settings_lie_within_the_search(home):
    """Otherwise the first trial would be outside of what the others may try, and the comparison unfair."""
    from digits.search import tuning

    study = optuna.create_study()
    trial = study.ask()
    assert tuning.suggest(trial).keys() == tuning.CHOSEN_BY_HAND.keys()
    assert trial.distributions == {
        "width": optuna.distributions.IntDistribution(32, 512, log=True),
        "depth": optuna.distributions.IntDistribution(1, 5),
        "learning_rate": optuna.distributions.FloatDistribution(0.0001, 0.03, log=True),
        "batch_size": optuna.distributions.CategoricalDistribution([32, 64, 128, 256, 512]),
        "dropout": optuna.distributions.FloatDistribution(0.0, 0.5),
    }
    for name, value in tuning.CHOSEN_BY_HAND.items():
        assert trial.distributions[name]._contains(
            trial.distributions[name].to_internal_repr(value)
        )


def tune(*arguments, **options):
    return subprocess.Popen(
        [sys.executable, str(TUNE), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **options,
    )


@pytest.mark.slow
def test_tuning_workers_from_the_command_line(
    prepared, database, tmp_path, heeded_interrupts, wait_until
):
    """The real search, on the sample, by real processes, started in any folder; the notebook's study sees it.

    Ctrl-C ends one with one sentence, and the trial that it was in counts for nothing; the next goes on to its budget.
    """
    from digits.search import tuning

    worker = tune("--storage", database, "--trials", "1000", cwd=tmp_path)
    await_line(worker, "Searching in")
    study = tuning.open_study(database)
    complete = (TrialState.COMPLETE,)
    wait_until(lambda: study.get_trials(states=complete) or worker.poll() is not None, 180)
    os.killpg(worker.pid, signal.SIGINT)
    _, errors = worker.communicate(timeout=180)
    assert worker.returncode == 130
    assert errors == "\nInterrupted; the trial in work was given back.\n"
    assert studies.running(study) == 0
    budget = len(studies.table(study)) + 2
    output = ended(tune("--storage", database, "--trials", str(budget)))
    assert "5,000-image sample" in output
    assert f"The search has {budget} trials; the best reached " in output, output
    table = studies.table(study)
    assert len(table) == budget and table["learning_rate"].nunique() == budget
    assert table.loc[0, "width"] == tuning.CHOSEN_BY_HAND["width"]


@pytest.mark.slow
def test_worker_writes_what_the_terminal_can_show(prepared):
    """Its home has letters that no log in ASCII knows."""
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    output = ended(tune("--trials", "1", env=environment))
    assert "Searching in data/sample/tuning/study.db ...\n" in output
    assert "The search has 1 trials" in output


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit of a file's size")
def test_worker_whose_storage_fails_ends_with_a_sentence(prepared, journal):
    """In the middle of a trial: within TensorFlow's training, and while Optuna notes that the trial has failed."""
    import resource

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_500, resource.RLIM_INFINITY))

    worker = tune("--storage", journal, "--trials", "9", preexec_fn=limited)
    _, errors = worker.communicate(timeout=180)
    assert worker.returncode == 1 and errors.startswith(
        f"\nThe study in {journal} cannot be used ("
    )
    assert "[Errno 27] File too large" in errors and errors.count("\n") == 2


def test_interrupt_that_other_code_swallows_is_not_lost(database):
    """As TensorFlow does when Ctrl-C comes within one of its callbacks."""
    study, values = open_study(database), []

    def swallowing(trial):
        values.append(quick(trial))
        if len(values) == 2:
            with contextlib.suppress(BaseException):
                signal.raise_signal(signal.SIGINT)
        return values[-1]

    with pytest.raises(KeyboardInterrupt):
        studies.top_up(study, swallowing, 50)
    assert len(values) == 2, "and it ends at the next occasion"
    assert studies.running(study) == 0 and list(studies.table(study)["value"]) == values


@pytest.fixture
def main(command_line):
    """A function like the worker's command line, in this process; it gives the exit code."""
    return command_line(TUNE)


def test_wrong_address_ends_the_worker_with_a_sentence(prepared, main, capsys):
    assert main("--storage", "study.db") == 1
    assert capsys.readouterr().err.startswith("\nstudy.db is neither a database's address")


def test_wrong_number_of_trials_is_refused(main, capsys):
    with pytest.raises(SystemExit) as ended:
        main("--trials", "0")
    assert ended.value.code == 2 and "0 is not above 0" in capsys.readouterr().err
