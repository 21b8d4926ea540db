"""The experiments that notebook 08 reads: searches, their winners, and what single settings do."""

import sys
from pathlib import Path

import numpy as np
import optuna
import pandas as pd
import pytest
from digits import results
from mnist_files import random_split

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

import batches
import importances
import retrials
import search
import tuned

SETTINGS = ["width", "depth", "learning_rate", "batch_size", "dropout"]


@pytest.fixture(scope="module")
def trials():
    """The table of all searches."""
    return results.experiment("search")


def test_both_samplers_had_the_same_budget(trials):
    """Otherwise one could win by trying more often."""
    sizes = trials.groupby(["study", "sampler"]).size()
    assert len(sizes) == 10 and (sizes == search.BUDGET).all()
    assert (trials["state"] == "complete").all() and (trials["epochs"] == 5).all()


def test_a_pair_of_studies_begins_with_the_same_trials_and_then_differs(trials):
    """The interval of the differences is one of pairs."""
    for _, pair in trials.groupby("study"):
        random, learned = (
            pair[pair["sampler"] == sampler].set_index("trial").drop(columns="sampler")
            for sampler in ("random", "TPE")
        )
        pd.testing.assert_frame_equal(random.loc[:9], learned.loc[:9])
        assert not random.loc[10:, SETTINGS].eq(learned.loc[10:, SETTINGS]).all(axis=1).any()
    begun = trials[trials["trial"].between(1, 9) & (trials["sampler"] == "random")]
    assert not begun[SETTINGS].duplicated().any(), "the studies do not repeat each other"


def test_trials_lie_within_the_space_and_the_first_is_chosen_by_hand(trials):
    """The table would be that of another search."""
    from digits.search import tuning

    trial = optuna.create_study().ask()
    tuning.suggest(trial)
    assert list(trial.distributions) == SETTINGS
    for name, allowed in trial.distributions.items():
        for value in trials[name]:
            assert allowed._contains(allowed.to_internal_repr(value)), (name, value)
    first = trials.loc[trials["trial"] == 0, SETTINGS]
    assert (first == pd.Series(tuning.CHOSEN_BY_HAND)[SETTINGS]).all(axis=None)


def test_value_is_the_accuracy_after_the_last_epoch(trials):
    """A trial would be judged by its luckiest epoch."""
    assert (trials["value"] == trials["after_5"]).all()


def test_random_search_does_not_look_at_results(monkeypatch):
    """It would be no rival: here two courses of results lead to the same settings, and TPE to different ones."""

    def settings_tried(random_trials, sign):
        def judged(trial, data):
            from digits.search import tuning

            return sign * np.log(tuning.suggest(trial)["width"])

        monkeypatch.setattr(search, "trained", judged)
        return [trial.params for trial in search.searched(3, random_trials, 14, [])]

    from digits.search import tuning

    monkeypatch.setattr(tuning, "data_for_trials", dict)
    assert settings_tried(25, 1) == settings_tried(25, -1)
    upward, downward = settings_tried(10, 1), settings_tried(10, -1)
    assert upward[:10] == downward[:10] and upward[10:] != downward[10:]


def test_tuned_has_the_settings_of_the_first_winner(trials):
    """Another trial's settings would be judged as the winner's."""
    study = trials[(trials["study"] == 0) & (trials["sampler"] == "TPE")]
    winner = study.loc[study["value"].idxmax(), SETTINGS]
    rows = pd.DataFrame(tuned.settings()).set_index("network")
    assert (rows.loc["tuned", SETTINGS] == winner).all(axis=None)
    assert list(rows.loc["tuned", "seed"]) == list(rows.loc["by hand", "seed"]) == [0, 1, 2, 3, 4]
    by_hand = rows.loc["by hand", SETTINGS].iloc[0]
    for name, setting in (("by hand, batch 32", "batch_size"), ("by hand, width 512", "width")):
        changed = rows.loc[name, SETTINGS].iloc[0]
        assert list(by_hand.index[by_hand != changed]) == [setting]
    both = rows.loc["by hand, width 512, batch 32", SETTINGS].iloc[0]
    assert list(by_hand.index[by_hand != both]) == ["width", "batch_size"]


def test_images_read_by_one_network_alone_make_up_the_difference_of_errors():
    """McNemar's test would be fed with another network's counts."""
    table = results.experiment("tuned")
    errors = table.pivot_table("test_errors", "seed", "network")["tuned"]
    lead = table["test_errors"].to_numpy() - errors[table["seed"]].to_numpy()
    assert (table["only_tuned"] - table["not_tuned"] == lead).all()
    own = table["test_errors"] + table["only_this"] - table["only_own"]
    assert own.groupby(table["seed"]).nunique().eq(1).all(), "own's errors, from each network"


def test_winners_are_trained_anew_from_other_seeds(trials):
    """From the search's own seed they would only repeat the value for which they were chosen."""
    rows = pd.DataFrame(retrials.settings())
    for (sampler, study), row in rows[rows["sampler"] != "by hand"].groupby(["sampler", "study"]):
        of_study = trials[(trials["sampler"] == sampler) & (trials["study"] == study)]
        winner = of_study.loc[of_study["value"].idxmax()]
        assert (row[SETTINGS] == winner[SETTINGS]).all(axis=None)
        assert (row["trial_value"] == winner["value"]).all()
        assert list(row["seed"]) == [1, 2, 3, 4, 5]
    assert len(rows) == 11 * 5
    by_hand = rows[rows["sampler"] == "by hand"]
    assert (by_hand[SETTINGS] == trials.loc[0, SETTINGS]).all(axis=None)


def test_shares_of_one_study_come_out_again():
    """The table would be that of other trials or of another forest."""
    (row,) = importances.measure([{"part": "all", "study": 0}])
    stored = results.experiment("importances").iloc[0]
    assert row["trials"] == stored["trials"] == 25
    assert sum(row[name] for name in SETTINGS) == pytest.approx(1)
    for name in SETTINGS:
        assert row[name] == pytest.approx(stored[name], abs=1e-4)


@pytest.fixture
def trial_data(full_mnist, empty_home, monkeypatch):
    """The images of a trial, made anew from the file of MNIST."""
    from digits.search import tuning

    images, labels = full_mnist["x_train"].reshape(-1, 784) / np.float32(255), full_mnist["y_train"]
    learn, validate = random_split(labels)
    rows = np.random.default_rng(0).permutation(learn)[:10_000]
    data = {
        "images": images[rows],
        "labels": labels[rows],
        "validation_data": (images[validate], labels[validate]),
    }
    monkeypatch.setattr(tuning, "data_for_trials", lambda: data)
    return data


@pytest.mark.weekly
def test_first_trials_come_out_again(trial_data, trials):
    """The table would be that of other networks, another split or another library."""
    rows = search.settings()[:3]
    again = pd.DataFrame(search.measure(rows))
    stored = trials.iloc[:3]
    assert again[["width", "depth", "batch_size"]].equals(
        stored[["width", "depth", "batch_size"]].reset_index(drop=True)
    )
    for name in ("learning_rate", "dropout"):
        np.testing.assert_allclose(again[name], stored[name], atol=1e-5)
    # Another processor rounds otherwise, and then trains as from another seed; a poor trial moves most.
    reach = 0.01 + 0.15 * (1 - stored["value"])
    assert (np.abs(again["value"].to_numpy() - stored["value"].to_numpy()) < reach).all()


@pytest.mark.slow
def test_one_changed_setting_comes_out_again(trial_data):
    """A smaller batch would be credited with what another change did."""
    table = results.experiment("batches")
    changes = ("chosen by hand", "batch 32")
    again = pd.DataFrame(batches.measure([{"change": name, "seed": 0} for name in changes]))
    for name, row in zip(changes, again.itertuples(), strict=True):
        stored = table[table["change"] == name]
        assert row.updates == stored["updates"].iloc[0]
        spread = stored["val_accuracy"].max() - stored["val_accuracy"].min()
        assert abs(row.val_accuracy - stored["val_accuracy"].mean()) <= 0.003 + 2 * spread
    assert again["val_accuracy"].is_monotonic_increasing
