"""Metrics and intervals against scikit-learn, Keras, and cases computed by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from digits import evaluation
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy import stats
from sklearn import metrics

# The same examples each time, and however long they take on a busy computer.
property_test = settings(derandomize=True, deadline=None)

# Ten images: 7 is read as 1 three times, and 1 as 7 once; 4 never occurs, 9 is never predicted.
LABELS = np.array([7, 7, 7, 7, 1, 1, 0, 0, 9, 3], dtype=np.uint8)
PREDICTED = np.array([1, 1, 1, 7, 7, 1, 0, 0, 3, 3])


def random_scores(images: int = 200, seed: int = 0) -> np.ndarray:
    """Scores between 0 and 1, as a sigmoid gives them."""
    return np.random.default_rng(seed).random((images, 10), dtype=np.float32)


def test_predicted_digit_is_the_highest_score():
    """The digit shown is the one with the highest score; where two are equal, always the smaller."""
    scores = np.zeros((3, 10))
    scores[0, 7] = 1
    scores[1, [3, 8]] = 0.5
    predicted = evaluation.predicted_digits(scores)
    assert predicted.tolist() == [7, 3, 0] and predicted.dtype == np.int64


def test_accuracy_is_the_share_of_equal_digits():
    """The number that all networks are compared by."""
    accuracy = evaluation.accuracy(LABELS, PREDICTED)
    assert accuracy == metrics.accuracy_score(LABELS, PREDICTED) == 0.5
    assert type(accuracy) is float, "NumPy's own type prints as np.float64(0.5)"


@pytest.mark.parametrize(
    ("labels", "predicted"),
    [
        (np.zeros(3), np.zeros(4)),
        (np.zeros(3), np.zeros((3, 10))),
        (np.zeros(3), np.zeros((3, 1))),
        (np.zeros(0), np.zeros(0)),
    ],
    ids=["lengths", "scores instead of digits", "a column", "none"],
)
def test_accuracy_of_unlike_arrays_is_an_error(labels, predicted):
    """Comparing scores, or other images' labels, must not give a number (NumPy would broadcast)."""
    with pytest.raises(ValueError, match=r"There must be one prediction per label: got \("):
        evaluation.accuracy(labels, predicted)


# ---------------------------------------------------------------- confusion matrix


def test_confusion_matrix_has_the_truth_in_rows():
    """With the axes exchanged, every sentence about what is taken for what would be wrong."""
    counts = evaluation.confusion_counts(LABELS, PREDICTED)
    assert counts.loc[7, 1] == 3, "three sevens were read as ones"
    assert counts.loc[1, 7] == 1, "one one was read as a seven"
    assert (counts.index.name, counts.columns.name) == ("true digit", "predicted digit")
    expected = np.zeros((10, 10), dtype=int)
    for label, digit in zip(LABELS, PREDICTED, strict=True):
        expected[label, digit] += 1
    np.testing.assert_array_equal(counts, expected)
    assert counts.sum(axis=1).tolist() == np.bincount(LABELS, minlength=10).tolist()


def test_confusion_matrix_always_has_ten_rows_and_columns():
    """A digit that never occurs or is never predicted keeps its row and column: nothing moves to another's place."""
    counts = evaluation.confusion_counts(LABELS, PREDICTED)
    assert counts.shape == (10, 10) and list(counts.index) == list(counts.columns) == list(
        range(10)
    )
    assert counts.loc[4].sum() == 0 and counts[9].sum() == 0 and counts.loc[9, 3] == 1


def test_row_percentages_are_of_the_true_digit():
    """Each row adds up to 100 %, and a digit without images gives zeros instead of a division by zero."""
    counts = evaluation.confusion_counts(LABELS, PREDICTED)
    percentages = evaluation.row_percentages(counts)
    assert (
        percentages.loc[7, 1] == 75 and percentages.loc[7, 7] == 25 and percentages.loc[1, 7] == 50
    )
    occurring = [0, 1, 3, 7, 9]
    np.testing.assert_allclose(percentages.sum(axis=1).loc[occurring], 100)
    assert (percentages.drop(index=occurring) == 0).all(axis=None)
    np.testing.assert_allclose(
        percentages.loc[occurring] / 100,
        metrics.confusion_matrix(LABELS, PREDICTED, labels=range(10), normalize="true")[occurring],
    )


def test_errors_only_leaves_the_mistakes():
    """The mistakes are seen only when the far larger diagonal is gone; the given table stays as it is."""
    counts = evaluation.confusion_counts(LABELS, PREDICTED)
    before = counts.copy()
    mistakes = evaluation.errors_only(counts)
    pd.testing.assert_frame_equal(counts, before)
    assert mistakes.to_numpy().sum() == 5 and np.trace(mistakes) == 0
    assert mistakes.loc[7, 1] == 3 and (mistakes.index.name, mistakes.columns.name) == (
        "true digit",
        "predicted digit",
    )
    assert all(dtype == counts[0].dtype for dtype in mistakes.dtypes), "counts stay whole numbers"


# ---------------------------------------------------------------- cross-entropy


def test_cross_entropy_by_hand():
    """Two images, the label's share 1/2 and 1/4: (ln 2 + ln 4) / 2."""
    scores = np.zeros((2, 10))
    scores[0, [3, 5]] = 0.5, 0.5
    scores[1, [0, 1]] = 0.25, 0.75
    loss = evaluation.cross_entropy(np.array([5, 0]), scores)
    assert loss == pytest.approx((math.log(2) + math.log(4)) / 2, rel=1e-12) and type(loss) is float


def test_cross_entropy_is_that_of_scikit_learn():
    """The number agrees with the library that readers will use next."""
    probabilities = random_scores().astype(np.float64)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    labels = np.random.default_rng(1).integers(0, 10, len(probabilities))
    expected = metrics.log_loss(labels, probabilities, labels=range(10))
    assert evaluation.cross_entropy(labels, probabilities) == pytest.approx(expected, rel=1e-12)


def test_cross_entropy_rescales_each_row():
    """Sigmoid scores are compared fairly: only their proportions within an image count."""
    scores, labels = random_scores(), np.arange(200) % 10
    factors = np.linspace(0.1, 7, 200)[:, None]
    expected = evaluation.cross_entropy(labels, scores)
    assert evaluation.cross_entropy(labels, scores * factors) == pytest.approx(expected, rel=1e-6)


def test_cross_entropy_of_a_certain_mistake_is_finite():
    """One digit that got all of the score, wrongly, costs much, and does not make the mean of all images infinite."""
    scores = np.eye(10)[[3, 3]]
    assert 8 < evaluation.cross_entropy(np.array([3, 4]), scores) < 100
    assert evaluation.cross_entropy(np.array([3, 3]), scores) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("labels", "scores", "message"),
    [
        ([1, 2], np.vstack([np.ones(10), np.zeros(10)]), "sum to zero"),
        ([1, 2], np.vstack([np.ones(10), -np.ones(10)]), "zero"),
        ([1], np.full((1, 10), np.nan), "zero"),
        ([1, 2], np.ones((3, 10)), "one row of scores per label: got 3 for 2"),
        ([1, 2, 3], np.ones((2, 10)), "one row of scores per label: got 2 for 3"),
    ],
    ids=["a row of zeros", "negative", "not a number", "more rows", "fewer rows"],
)
def test_cross_entropy_of_impossible_scores_is_an_error(labels, scores, message):
    """Scores that are no probabilities must not give a number that looks like a loss."""
    with pytest.raises(ValueError, match=message):
        evaluation.cross_entropy(np.array(labels), scores)


@pytest.mark.parametrize("confidence", [1, 8], ids=["unsure", "sure"])
def test_cross_entropy_against_keras(confidence):
    """The lesson says that Keras's loss equals ours for softmax and not for sigmoid: both halves are true.

    Also of a network that is sure and wrong, as one that has overfitted is.
    """
    from digits import training  # here, because importing it takes seconds

    keras = training.keras
    keras.utils.set_random_seed(0)
    inputs = keras.Input((20,))
    images = confidence * np.random.default_rng(0).standard_normal((500, 20)).astype(np.float32)
    labels = np.arange(500) % 10
    layer = keras.layers.Dense(10)
    losses_of_keras, losses = {}, {}
    for activation in ("softmax", "sigmoid"):
        network = keras.Model(inputs, keras.layers.Activation(activation)(layer(inputs)))
        network.compile(loss="sparse_categorical_crossentropy")
        losses_of_keras[activation] = network.evaluate(images, labels, verbose=0)
        losses[activation] = evaluation.cross_entropy(labels, training.predict(network, images))
    assert losses["softmax"] == pytest.approx(losses_of_keras["softmax"], rel=1e-4)
    assert losses_of_keras["sigmoid"] == losses_of_keras["softmax"], (
        "both come from the sums before the activation"
    )
    assert losses["sigmoid"] != pytest.approx(losses["softmax"], rel=0.01)


# ---------------------------------------------------------------- intervals


def test_wilson_interval_by_hand():
    """8 of 10 at 95 %, with z = 1.96: (8 + z²/2 ± z √(8·2/10 + z²/4)) / (10 + z²)."""
    low, high = evaluation.wilson_interval(8, 10)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    z = 1.959963984540054
    root = z * math.sqrt(8 * 2 / 10 + z**2 / 4)
    assert low == pytest.approx((8 + z**2 / 2 - root) / (10 + z**2), rel=1e-12)
    assert high == pytest.approx((8 + z**2 / 2 + root) / (10 + z**2), rel=1e-12)
    assert type(low) is type(high) is float


def test_wilson_interval_at_the_ends():
    """No or all right: the interval still says how little ten images tell, and stays between 0 and 1."""
    z_squared = 1.959963984540054**2
    assert evaluation.wilson_interval(0, 10) == pytest.approx(
        (0, z_squared / (10 + z_squared)), abs=1e-12
    )
    assert evaluation.wilson_interval(10, 10) == pytest.approx(
        (10 / (10 + z_squared), 1), abs=1e-12
    )
    for correct in range(11):
        low, high = evaluation.wilson_interval(correct, 10)
        assert 0 <= low <= correct / 10 <= high <= 1


def test_wilson_interval_narrows_with_images_and_widens_with_confidence():
    """More images tell more; to be surer, one must claim less."""

    def width(*arguments):
        low, high = evaluation.wilson_interval(*arguments)
        return high - low

    assert width(9_200, 10_000) < width(920, 1_000) < width(92, 100)
    assert width(920, 1_000, 0.9) < width(920, 1_000, 0.95) < width(920, 1_000, 0.99)
    assert width(np.int64(920), np.int32(1_000)) == width(920, 1_000)


@pytest.mark.parametrize(("correct", "total"), [(1, 0), (0, 0), (-1, 10), (11, 10), (0, -5)])
def test_wilson_interval_of_impossible_counts_is_an_error(correct, total):
    """Exchanged arguments are told, not turned into an interval."""
    with pytest.raises(
        ValueError, match=f"{correct} correct of {total} is not a count of correct answers"
    ):
        evaluation.wilson_interval(correct, total)


@pytest.mark.parametrize(("correct", "total"), [(0.92, 1), (9699.999999, 10_000), (0.97, 10_000)])
def test_wilson_interval_of_a_share_is_an_error(correct, total):
    """An accuracy in place of a count would be cut to a whole number, silently: 0.97 to no correct image at all."""
    with pytest.raises(ValueError, match="is not a count of correct answers"):
        evaluation.wilson_interval(correct, total)


# ---------------------------------------------------------------- mistakes


def test_most_confident_mistakes_come_in_order():
    """The gallery of mistakes shows mistakes only, the most confident first, equal ones in the order of the images."""
    labels = np.array([0, 1, 2, 3, 4, 5], dtype=np.uint8)
    scores = np.full((6, 10), 0.01)
    for row, (digit, score) in enumerate(
        [(9, 0.5), (1, 0.99), (8, 0.9), (7, 0.5), (4, 0.97), (6, 0.6)]
    ):
        scores[row, digit] = score
    assert evaluation.most_confident_mistakes(labels, scores, 10).tolist() == [2, 5, 0, 3]
    assert evaluation.most_confident_mistakes(labels, scores, 2).tolist() == [2, 5]
    assert evaluation.most_confident_mistakes(labels, scores, 2).dtype == np.int64


def test_most_confident_mistakes_of_many_equal_scores():
    """Ties keep the images' order also in large sets, where an unstable sort would mix them."""
    labels = np.zeros(1000, dtype=int)
    scores = np.tile(np.eye(10)[1], (1000, 1))
    scores[::3] *= 0.5
    sure = [row for row in range(1000) if row % 3]
    assert evaluation.most_confident_mistakes(labels, scores, 1000).tolist() == [
        *sure,
        *range(0, 1000, 3),
    ]


def test_network_without_mistakes_has_none():
    """A perfect result on few images is no error."""
    labels = np.arange(10)
    assert evaluation.most_confident_mistakes(labels, np.eye(10), 5).tolist() == []


# ---------------------------------------------------------------- comparing two networks


def answers_of_two(both: int, one_only: int, other_only: int, neither: int):
    """Labels and the digits that two networks predict, when this many images are read right by whom."""
    one = np.repeat([3, 3, 8, 8], [both, one_only, other_only, neither])
    other = np.repeat([3, 5, 3, 5], [both, one_only, other_only, neither])
    return np.full(len(one), 3, dtype=np.uint8), one, other


def test_paired_counts_have_the_first_network_in_rows():
    """With the axes exchanged, the text would praise the worse network."""
    counts = evaluation.paired_counts(*answers_of_two(5, 4, 2, 1))
    assert counts.loc["right", "wrong"] == 4, "only the first network is right"
    assert counts.loc["wrong", "right"] == 2, "only the second network is right"
    assert counts.loc["right", "right"] == 5 and counts.loc["wrong", "wrong"] == 1
    assert list(counts.index) == list(counts.columns) == ["right", "wrong"]
    assert (counts.index.name, counts.columns.name) == ("one", "other")
    assert all(dtype.kind == "i" for dtype in counts.dtypes), "counts are whole numbers"


def test_paired_counts_ask_who_is_right_and_not_who_agrees():
    """Two networks that take an image for different wrong digits are both wrong on it."""
    counts = evaluation.paired_counts(np.array([7, 7]), np.array([1, 1]), np.array([1, 9]))
    assert counts.to_numpy().tolist() == [[0, 0], [0, 2]]


@pytest.mark.parametrize("function", ["paired_counts", "mcnemar"])
@pytest.mark.parametrize(
    ("labels", "one", "other"),
    [
        (np.zeros(3), np.zeros(4), np.zeros(3)),
        (np.zeros(3), np.zeros(3), np.zeros(4)),
        (np.zeros(3), np.zeros((3, 10)), np.zeros(3)),
        (np.zeros(3), np.zeros(3), np.zeros((3, 1))),
        (np.zeros(0), np.zeros(0), np.zeros(0)),
    ],
    ids=["first longer", "second longer", "scores instead of digits", "a column", "none"],
)
def test_comparison_of_unlike_arrays_is_an_error(function, labels, one, other):
    """Two networks are compared on the same images, or not at all (NumPy would broadcast)."""
    with pytest.raises(ValueError, match="There must be one prediction per label"):
        getattr(evaluation, function)(labels, one, other)


@pytest.mark.parametrize(
    ("one_only", "other_only", "expected"),
    [
        (10, 1, 2 * (1 + 11) / 2**11),  # 11 tosses of a coin: 1 way to get none, 11 to get one
        (1, 10, 2 * (1 + 11) / 2**11),
        (0, 0, 1),
        (5, 5, 1),
        (6, 5, 1),
        (1, 0, 1),
        (6, 0, 2 / 2**6),
        (0, 20, 2 / 2**20),
    ],
)
def test_mcnemar_by_hand(one_only, other_only, expected):
    """The p-value is that of a coin tossed for each image that only one network reads right; the others say nothing."""
    for both, neither in [(0, 1), (50, 3)]:
        p_value = evaluation.mcnemar(*answers_of_two(both, one_only, other_only, neither))
        assert p_value == pytest.approx(expected, rel=1e-9) and type(p_value) is float


@property_test
@given(one_only=some.integers(0, 400), other_only=some.integers(0, 400))
def test_mcnemar_is_the_binomial_test_of_scipy(one_only, other_only):
    """Thousands of images or few, and whichever network is named first: the test is exact, and never above 1."""
    labels, one, other = answers_of_two(20, one_only, other_only, 3)
    p_value = evaluation.mcnemar(labels, one, other)
    tosses = one_only + other_only
    expected = stats.binomtest(one_only, tosses, 0.5).pvalue if tosses else 1
    assert p_value == pytest.approx(expected, rel=1e-9, abs=1e-300) and 0 <= p_value <= 1
    assert evaluation.mcnemar(labels, other, one) == p_value


@pytest.mark.parametrize(
    ("p_values", "expected"),
    [
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),  # 0.04 times 1 may not fall below
        ([0.02, 0.01, 0.5, 0.02, 0.9], [0.08, 0.05, 1, 0.08, 1]),
        ([0.01, 0.01, 0.01, 0.01], [0.04, 0.04, 0.04, 0.04]),
        ([0.6, 0.7], [1, 1]),
        ([0, 1], [0, 1]),
        ([0.04], [0.04]),
        ([], []),
    ],
    ids=["unsorted", "ties", "all equal", "not above 1", "limits", "one test", "none"],
)
def test_holm_by_hand(p_values, expected):
    """Each p-value is multiplied by the number of tests that are not below it, and keeps its place."""
    given_values = np.array(p_values)
    adjusted = evaluation.holm(given_values)
    np.testing.assert_allclose(adjusted, expected, rtol=1e-12)
    assert adjusted.shape == (len(expected),) and adjusted.dtype == float
    assert given_values.tolist() == p_values, "the given p-values stay as they are"


@property_test
@given(
    # Multiples of 1/64 for ties, and because products with them are exact.
    p_values=some.lists(some.integers(0, 64).map(lambda share: share / 64), min_size=1),
    limit=some.integers(0, 63).map(lambda share: share / 64),
)
def test_holm_rejects_what_his_procedure_rejects(p_values, limit):
    """A reader may compare with any limit: the result is that of testing step by step, as Holm published it."""
    rejected, left = set(), sorted(p_values)
    while left and left[0] * len(left) <= limit:
        rejected.add(left.pop(0))
    adjusted = evaluation.holm(p_values)
    # Of equal p-values the first is tested most strictly, so all of them fall together.
    assert [value <= limit for value in adjusted] == [value in rejected for value in p_values]
    assert np.all(adjusted >= p_values) and np.all(adjusted <= 1)
    in_order = adjusted[np.argsort(p_values, kind="stable")]
    assert np.all(np.diff(in_order) >= 0), "a smaller p-value never gets a larger result"


@pytest.mark.parametrize("p_value", [np.nan, -0.01, 1.01, np.inf])
def test_holm_of_impossible_p_values_is_an_error(p_value):
    """A test statistic, or a test that gave no number, is not passed on as if it were a probability."""
    with pytest.raises(ValueError, match="p-values lie between 0 and 1; got"):
        evaluation.holm([0.5, p_value, 0.01])
