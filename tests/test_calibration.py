"""Confidence and calibration against cases computed by hand."""

import numpy as np
import pytest
from digits import evaluation
from hypothesis import given, settings
from hypothesis import strategies as some

# The same examples each time, and however long they take on a busy computer.
property_test = settings(derandomize=True, deadline=None)


def answers(confidences, is_right):
    """Labels and scores of images on which a network is this confident, and right or wrong."""
    scores = np.zeros((len(confidences), 10))
    scores[:, 0] = confidences  # so the network always says 0, also where its confidence is 0
    return np.where(is_right, 0, 1), scores


# Confidences in eighths, whose sums and limits of bins are exact, with many ties; and whether the network is right.
some_answers = some.lists(
    some.tuples(some.integers(0, 8).map(lambda share: share / 8), some.booleans()),
    min_size=1,
    max_size=60,
)


def test_confidence_is_the_winning_score():
    """Sigmoid scores are not rescaled: what is called confidence is the number that the network gave."""
    scores = np.array([[0.9, 0.95, *[0.1] * 8], [0.2] * 10])
    assert evaluation.confidence(scores).tolist() == [0.95, 0.2]


def test_reliability_by_hand():
    """Six images in four of ten bins, at their limits: a limit belongs to the bin below it, and 0 to the first."""
    confidences = [0, 0.1, 0.100001, 0.5, 1, 0.95]
    table = evaluation.reliability(*answers(confidences, [False, True, True, False, True, False]))
    assert list(table.columns) == ["low", "high", "images", "confidence", "accuracy"]
    assert list(table.index) == list(range(10))
    np.testing.assert_allclose(table["low"], np.arange(10) / 10)
    np.testing.assert_allclose(table["high"], np.arange(1, 11) / 10)
    assert table["images"].tolist() == [2, 1, 0, 0, 1, 0, 0, 0, 0, 2]
    assert table["images"].dtype.kind == "i"
    filled = table[table["images"] > 0]
    np.testing.assert_allclose(filled["confidence"], [0.05, 0.100001, 0.5, 0.975])
    assert filled["accuracy"].tolist() == [0.5, 1, 0, 0.5]
    assert table.loc[table["images"] == 0, ["confidence", "accuracy"]].isna().all(axis=None)


def test_reliability_takes_the_predicted_digit_and_not_the_label():
    """The confidence of a mistake is the score of the digit that was said; sigmoid scores need not sum to one."""
    scores = np.full((2, 10), 0.7)
    scores[:, 4] = 0.9
    table = evaluation.reliability(np.array([4, 5]), scores, bins=5)
    assert table["images"].tolist() == [0, 0, 0, 0, 2]
    assert table["confidence"][4] == pytest.approx(0.9) and table["accuracy"][4] == 0.5


@property_test
@given(some_answers)
def test_reliability_counts_each_image_once(pairs):
    """Each image is in the one bin that holds its confidence, however many of the bins stay empty."""
    confidences, is_right = map(np.array, zip(*pairs, strict=True))
    table = evaluation.reliability(*answers(confidences, is_right), bins=4)
    for number, row in table.iterrows():
        inside = (confidences > number / 4) & (confidences <= (number + 1) / 4)
        if number == 0:
            inside |= confidences == 0
        assert row["images"] == inside.sum()
        if inside.any():
            assert row["confidence"] == pytest.approx(confidences[inside].mean(), rel=1e-12)
            assert row["accuracy"] == pytest.approx(is_right[inside].mean(), rel=1e-12)
    assert table["images"].sum() == len(pairs)


@pytest.mark.parametrize("function", ["reliability", "expected_calibration_error"])
@pytest.mark.parametrize("score", [1.0001, -0.5, np.nan, np.inf])
def test_calibration_of_scores_that_are_no_probabilities_is_an_error(function, score):
    """Sums before the activation must not be drawn as if they were probabilities."""
    with pytest.raises(ValueError, match="Confidences lie between 0 and 1"):
        getattr(evaluation, function)(np.array([0, 0]), np.vstack([np.eye(10)[0], [score] * 10]))


@pytest.mark.parametrize(
    "function", ["reliability", "expected_calibration_error", "accuracy_by_coverage"]
)
@pytest.mark.parametrize(("labels", "images"), [(3, 4), (4, 3), (0, 0)])
def test_calibration_of_unlike_arrays_is_an_error(function, labels, images):
    """Other images' labels must not give a number."""
    with pytest.raises(ValueError, match="There must be one prediction per label"):
        getattr(evaluation, function)(np.zeros(labels, dtype=int), np.ones((images, 10)))


@pytest.mark.parametrize(
    ("confidences", "is_right", "expected"),
    [
        ([0.8] * 5, [True, True, True, False, False], 0.2),  # 60 % right
        ([0.4] * 5, [True, True, True, False, False], 0.2),  # too modest counts as much
        ([0.75] * 4 + [0.5] * 2, [True, True, True, False, True, False], 0),
        ([1] * 3, [True] * 3, 0),
        ([1] * 3, [False] * 3, 1),
        ([0.9] * 3 + [0.1], [True, False, False, False], (3 * (0.9 - 1 / 3) + 0.1) / 4),
        ([0.95, 0.15], [False, True], (0.95 + 0.85) / 2),  # two gaps do not make up for each other
        (
            [0.41, 0.49],
            [True, False],
            0.05,
        ),  # one of ten bins holds both; of eleven or nine, none does
    ],
    ids=[
        "sure",
        "modest",
        "calibrated",
        "sure and right",
        "sure and wrong",
        "weighted",
        "gaps",
        "ten bins",
    ],
)
def test_expected_calibration_error_by_hand(confidences, is_right, expected):
    """The gap between confidence and accuracy, each bin counted by its images."""
    error = evaluation.expected_calibration_error(*answers(confidences, is_right))
    assert error == pytest.approx(expected, abs=1e-12) and type(error) is float


@property_test
@given(some_answers)
def test_expected_calibration_error_of_one_bin(pairs):
    """The number of bins is heeded: with a single one the error is the gap of the two overall means."""
    confidences, is_right = map(np.array, zip(*pairs, strict=True))
    labels, scores = answers(confidences, is_right)
    gap = abs(confidences.mean() - is_right.mean())
    error = evaluation.expected_calibration_error(labels, scores, bins=1)
    assert error == pytest.approx(gap, abs=1e-12)
    assert gap - 1e-12 <= evaluation.expected_calibration_error(labels, scores) <= 1


def test_accuracy_by_coverage_by_hand():
    """Five images, two of them equally confident: the network answers both or neither."""
    confidences = [0.6, 0.9, 0.6, 0.99, 0.3]
    table = evaluation.accuracy_by_coverage(
        *answers(confidences, [True, False, False, True, False])
    )
    assert list(table.columns) == ["threshold", "coverage", "accuracy"]
    assert list(table.index) == [0, 1, 2, 3]
    np.testing.assert_allclose(table["threshold"], [0.99, 0.9, 0.6, 0.3])
    np.testing.assert_allclose(table["coverage"], [0.2, 0.4, 0.8, 1])
    np.testing.assert_allclose(table["accuracy"], [1, 1 / 2, 2 / 4, 2 / 5])


@property_test
@given(some_answers)
def test_answering_from_a_threshold_on_gives_its_row(pairs):
    """Whoever takes a threshold from the table gets its coverage and accuracy; the last row is the plain accuracy."""
    confidences, is_right = map(np.array, zip(*pairs, strict=True))
    labels, scores = answers(confidences, is_right)
    table = evaluation.accuracy_by_coverage(labels, scores)
    for row in table.itertuples():
        answered = evaluation.confidence(scores) >= row.threshold
        assert row.coverage == pytest.approx(answered.mean(), rel=1e-12)
        assert row.accuracy == pytest.approx(is_right[answered].mean(), rel=1e-12)
    assert len(table) == len(set(confidences)) and np.all(np.diff(table["threshold"]) < 0)
    everything = table.iloc[-1]
    assert everything["coverage"] == 1
    assert everything["accuracy"] == evaluation.accuracy(
        labels, evaluation.predicted_digits(scores)
    )


def test_accuracy_by_coverage_of_what_a_network_gives():
    """Float32 scores of a network, as the notebooks hand them over, keep their thresholds to the last bit."""
    scores = np.random.default_rng(0).random((300, 10), dtype=np.float32)
    labels = np.arange(300) % 10
    table = evaluation.accuracy_by_coverage(labels, scores)
    assert np.isin(table["threshold"].to_numpy(), evaluation.confidence(scores)).all()
    answered = evaluation.confidence(scores) >= table["threshold"][99]
    assert table["coverage"][99] == pytest.approx(answered.mean())
