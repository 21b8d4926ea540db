"""Trainings side by side: interruptions, errors, what may be asked for, and what a reader sees meanwhile."""

import concurrent.futures
import threading
import time

import numpy as np
import pytest
from digits.basics import progress
from digits.training import compiled, repeats, run_cache
from trainings import (
    BATCH_SIZE,
    TO_VALIDATE,
    assert_same_runs,
    build,
    cache_folder,
    forget,
    one_hot,
    run_python,
    train,
)

# ---------------------------------------------------------------- interruptions and errors


def assert_nothing_is_left_over(home, threads_before) -> None:
    """No half-written file and no running thread."""
    names = (
        [path.name for path in cache_folder(home).iterdir()] if cache_folder(home).exists() else []
    )
    assert not [name for name in names if name.startswith(".")]
    left = [thread.name for thread in threading.enumerate() if thread not in threads_before]
    assert not [name for name in left if name.startswith("ThreadPoolExecutor")]


@pytest.mark.parametrize("when", ["between two runs", "while a run is kept"])
@pytest.mark.slow
def test_interrupted_training_goes_on_where_it_was(home, data, trained, monkeypatch, when):
    """Ctrl-C keeps the finished runs, leaves nothing half, and the next call trains the others, to the same numbers."""
    monkeypatch.setattr(repeats, "_cores", lambda: 2)
    settings = {"seeds": [0, 1, 2, 3, 4], "epochs": 2}
    expected = train(build, *data, **settings)
    forget(home)
    trained.clear()
    threads_before = threading.enumerate()
    with monkeypatch.context() as patch:
        if when == "between two runs":
            wait, calls = concurrent.futures.as_completed, []

            def interrupted(futures):
                for future in wait(futures):
                    calls.append(future)
                    if len(calls) == 3:
                        raise KeyboardInterrupt
                    yield future

            patch.setattr(repeats.concurrent.futures, "as_completed", interrupted)
        else:
            save, calls = np.savez, []

            def interrupted_while_writing(stream, **arrays):
                calls.append(stream)
                if len(calls) == 3:
                    stream.write(b"half")
                    raise KeyboardInterrupt
                save(stream, **arrays)

            patch.setattr(run_cache.np, "savez", interrupted_while_writing)
        with pytest.raises(KeyboardInterrupt):
            train(build, *data, **settings)
    assert_nothing_is_left_over(home, threads_before)
    finished = {int(path.name.split("-")[2]) for path in cache_folder(home).iterdir()}
    assert len(finished) >= 2, "those that were finished before"
    trained.clear()
    assert_same_runs(expected, train(build, *data, **settings))
    assert {seed for _, seed in trained} == {0, 1, 2, 3, 4} - finished
    assert len(trained) == 5 - len(finished)


@pytest.mark.slow
def test_interruption_ends_the_other_runs_soon(home, data, monkeypatch):
    """Whoever interrupts a long training does not wait for its end."""
    monkeypatch.setattr(repeats, "_cores", lambda: 2)
    epochs_seen = []

    class Bar(progress.tqdm):
        def update(self, count=1):
            epochs_seen.append(threading.current_thread().name)
            if len(epochs_seen) == 10:
                raise KeyboardInterrupt

    monkeypatch.setattr(progress, "tqdm", Bar)
    threads_before = threading.enumerate()
    with pytest.raises(KeyboardInterrupt):
        train(build, *data, seeds=range(6), epochs=3_000)
    assert 10 <= len(epochs_seen) < 1_000
    assert_nothing_is_left_over(home, threads_before)
    assert not cache_folder(home).exists() or not list(cache_folder(home).iterdir())


@pytest.mark.slow
def test_error_in_one_run_comes_through(home, data, monkeypatch):
    """A real error is what the reader sees, not that other runs were stopped because of it."""
    monkeypatch.setattr(repeats, "_cores", lambda: 2)
    train_one, epochs_seen = compiled.Trainer.run, []

    def failing(trainer, seed, start, after_epoch):
        def count(row):
            epochs_seen.append(seed)
            if seed == 1 and epochs_seen.count(1) == 3:
                raise MemoryError("no room for seed 1")
            after_epoch(row)

        return train_one(trainer, seed, start, count)

    monkeypatch.setattr(compiled.Trainer, "run", failing)
    threads_before = threading.enumerate()
    with pytest.raises(MemoryError, match="no room for seed 1"):
        train(build, *data, seeds=[0, 1, 2, 3], epochs=2_000)
    assert len(epochs_seen) < 1_000
    assert_nothing_is_left_over(home, threads_before)


def test_labels_that_the_loss_does_not_take_are_an_error(home, data):
    """One-hot rows for a loss that wants digits are told at once, with the message of Keras, and no run waits on."""
    threads_before = threading.enumerate()
    right = repeats.Training(build, *data, seeds=[0, 1, 2], epochs=1_000_000, batch_size=16)
    wrong = repeats.Training(
        build, data[0], one_hot(data[1]), seeds=[0, 1, 2], epochs=1_000_000, batch_size=16
    )
    started = time.monotonic()
    with pytest.raises(ValueError, match="shape"):
        repeats.train_all([right, wrong])
    assert time.monotonic() - started < 60, "a million epochs would take longer"
    assert_nothing_is_left_over(home, threads_before)


# ---------------------------------------------------------------- what is asked for


@pytest.mark.parametrize("seeds", [[], [1, 1], [3, 1, 3]])
def test_seeds_must_be_different(data, seeds):
    """The same run counted twice would make a mean look surer than it is."""
    with pytest.raises(ValueError) as error:
        repeats.Training(build, *data, seeds, epochs=1, batch_size=BATCH_SIZE)
    assert str(error.value) == f"Seeds must be different numbers, at least one; got {seeds}."


@pytest.mark.parametrize("seeds", [range(2), (seed for seed in (0, 1)), {0: "a", 1: "b"}])
def test_seeds_may_be_anything_to_count_through(home, data, seeds_trained, seeds):
    """A range or a generator is as good as a list, although it can be gone through only once."""
    assert seeds_trained(build, *data, seeds=seeds) == [0, 1]
    assert repeats.Training(build, *data, range(3), epochs=1, batch_size=BATCH_SIZE).seeds == (
        0,
        1,
        2,
    )


def test_each_image_needs_its_label(data):
    """Labels of other images must not be trained with in silence."""
    images, labels = data
    with pytest.raises(ValueError) as error:
        repeats.Training(build, images, labels[:-1], [0], epochs=1, batch_size=BATCH_SIZE)
    assert str(error.value) == "There must be one label per image: got 329 for 330."
    with pytest.raises(ValueError, match="got 330 for 300"):
        train(build, images[:300], labels)


@pytest.mark.parametrize("labels", [TO_VALIDATE - 1, TO_VALIDATE + 1], ids=["fewer", "more"])
def test_each_validation_image_needs_its_label(home, data, more_data, labels):
    """Validation that compares images with others' labels must not give a number."""
    validation_data = (more_data[0], np.resize(more_data[1], labels))
    with pytest.raises(ValueError, match=f"got {labels} for {TO_VALIDATE}"):
        train(build, *data, epochs=1, validation_data=validation_data)


# ---------------------------------------------------------------- what a reader sees meanwhile


def test_progress_is_for_a_person_only(home, data, monkeypatch, capfd, seeds_trained):
    """A person sees the epochs of all runs pass, not on red ground; a stored output holds no bar."""

    def printed(progress: str) -> str:
        monkeypatch.setenv("DIGITS_PROGRESS", progress)
        capfd.readouterr()
        seeds_trained(build, *data, seeds=[0, 1, 2], epochs=3)
        captured = capfd.readouterr()
        assert captured.err == ""
        return captured.out

    assert printed("0") == ""
    forget(home)
    output = printed("1")
    assert "Training tiny (3 runs)" in output and "0/9" in output
    assert printed("1") == "", "no bar where nothing is trained"


@pytest.mark.slow
def test_tensorflow_is_silent_and_errors_are_not(home):
    """No page of TensorFlow's log frightens the reader on red ground, and a real error still shows.

    XLA announces its first compilation on standard error, and several models in one process are a reason to warn.
    """
    result = run_python(
        """
        import traceback
        from digits import training
        network = build(mixed=True)
        images, labels = some_images()
        training.fit(network, images, labels, epochs=2, batch_size=20, validation_data=(images, labels))
        for _ in range(6):
            clone = keras.models.clone_model(network)
            training.predict(clone, images)
        compiled._IMAGES_WORTH_XLA = 0
        train(build, images, labels, seeds=[0, 1])
        train(building(mixed=True), images, labels, seeds=[0, 1])
        os.write(2, b"from here on\\n")  # to the file descriptor itself, as C++ code does
        try:
            train(build, images, labels, seeds=[2], epochs="two")
        except TypeError:
            traceback.print_exc()
        training.fit(network, images, labels[:3], epochs=1, batch_size=20)
        """
    )
    assert result.stdout == ""
    assert result.stderr.startswith("from here on\nTraceback (most recent call last):\n"), (
        result.stderr
    )
    assert result.stderr.count("Traceback (most recent call last):") == 2
    assert "ValueError: There are 330 images and 3 labels" in result.stderr
