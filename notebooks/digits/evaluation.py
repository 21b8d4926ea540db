"""How good a network's scores are: metrics, and how sure one can be of them. No TensorFlow.

``scores`` are what a network gives for images: float, shape (images, 10), one column per digit. ``labels`` and
``predicted`` are digits: integers, shape (images,).
"""

import numpy as np
import pandas as pd

DIGITS = range(10)
# A score of 0 has no logarithm: it counts as the smallest number of its type, a loss of 87 nats.
_SMALLEST_PROBABILITY = np.finfo(np.float32).tiny


def predicted_digits(scores: np.ndarray) -> np.ndarray:
    """The digit with the highest score in each row: int64, shape (images,); the smaller digit where two are equal."""
    return np.argmax(scores, axis=1)


def accuracy(labels: np.ndarray, predicted: np.ndarray) -> float:
    """The share of predictions that equal their label, 0 to 1.

    Raises:
        ValueError: the two arrays differ in shape, or are empty.
    """
    return float(np.mean(_is_right(labels, predicted)))


def cross_entropy(labels: np.ndarray, scores: np.ndarray) -> float:
    """Mean categorical cross-entropy in nats of scores read as probabilities: each row is first scaled to sum to one.

    For softmax scores this is the loss that Keras reports. For sigmoid scores it is not: Keras's loss goes back to
    the sums before the activation and applies softmax to them, so it never sees the sigmoid.

    Raises:
        ValueError: a row's scores sum to zero, or there is not one row per label.
    """
    if len(scores) != len(labels):
        raise ValueError(
            f"There must be one row of scores per label: got {len(scores)} for {len(labels)}."
        )
    scores = np.asarray(scores, dtype=np.float64)
    totals = scores.sum(axis=1, keepdims=True)
    if not np.all(totals > 0):
        raise ValueError("Scores that sum to zero cannot be scaled to probabilities.")
    probabilities = scores / totals
    of_the_label = probabilities[np.arange(len(labels)), np.asarray(labels)]
    return float(-np.log(np.maximum(of_the_label, _SMALLEST_PROBABILITY)).mean())


def wilson_interval(correct: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """The interval in which the true accuracy lies with this confidence, when ``correct`` of ``total`` were right.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927.

    Raises:
        ValueError: these are not two whole numbers with 0 <= ``correct`` <= ``total`` and ``total`` > 0.
    """
    if total != int(total) or correct != int(correct) or total <= 0 or not 0 <= correct <= total:
        raise ValueError(f"{correct} correct of {total} is not a count of correct answers.")
    # Here, because importing it takes half a second that not all notebooks need.
    from scipy import stats

    interval = stats.binomtest(int(correct), int(total)).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)


def confusion_counts(labels: np.ndarray, predicted: np.ndarray) -> pd.DataFrame:
    """How often each digit was taken for each: 10 x 10 integers, the true digit in rows, the predicted in columns."""
    from sklearn import metrics  # here, because importing it takes half a second

    counts = metrics.confusion_matrix(labels, predicted, labels=list(DIGITS))
    return pd.DataFrame(
        counts,
        index=pd.Index(DIGITS, name="true digit"),
        columns=pd.Index(DIGITS, name="predicted digit"),
    )


def row_percentages(counts: pd.DataFrame) -> pd.DataFrame:
    """Each cell of a confusion matrix as a percentage of its row, that is of all images of that true digit.

    Rows of digits that do not occur stay 0.
    """
    images = counts.sum(axis=1).replace(0, 1)
    return counts.div(images, axis=0) * 100


def errors_only(counts: pd.DataFrame) -> pd.DataFrame:
    """A confusion matrix with its diagonal, the correct predictions, set to 0."""
    return counts.where(~np.eye(len(counts), dtype=bool), 0)


def most_confident_mistakes(labels: np.ndarray, scores: np.ndarray, count: int) -> np.ndarray:
    """The rows of at most ``count`` wrong predictions, the highest winning score first: int64; ties by row."""
    wrong = np.flatnonzero(predicted_digits(scores) != labels)
    return wrong[np.argsort(-scores[wrong].max(axis=1), kind="stable")][:count]


# ---------------------------------------------------------------- comparing two networks


def paired_counts(labels: np.ndarray, one: np.ndarray, other: np.ndarray) -> pd.DataFrame:
    """On how many images two networks are right and wrong: 2 x 2 integers, ``one`` in rows, ``other`` in columns.

    Args:
        labels: the true digits.
        one, other: the digits that the two networks predicted for the same images.

    Raises:
        ValueError: there is not one prediction of each network per label.
    """
    one_is_right = _is_right(labels, one)
    other_is_right = _is_right(labels, other)
    answers = [True, False]
    counts = [
        [np.sum((one_is_right == a) & (other_is_right == b)) for b in answers] for a in answers
    ]
    named = ["right", "wrong"]
    return pd.DataFrame(
        counts, index=pd.Index(named, name="one"), columns=pd.Index(named, name="other")
    )


def mcnemar(labels: np.ndarray, one: np.ndarray, other: np.ndarray) -> float:
    """The p-value of McNemar's exact test for two networks that read the same images.

    If both were equally good, each image that only one of them reads right would be one network's or the other's by
    the toss of a coin. The p-value is the probability of a division at least as uneven as the one seen; 1 if the
    networks are right on the same images. It is about these two trained networks, not about their recipes.

    Source: Q. McNemar, Note on the sampling error of the difference between correlated proportions, 1947.

    Raises:
        ValueError: there is not one prediction of each network per label.
    """
    from mlxtend import evaluate  # here, because importing it takes over a second

    counts = paired_counts(labels, one, other)
    return float(evaluate.mcnemar(counts.to_numpy(), exact=True)[1])


def holm(p_values: np.ndarray) -> np.ndarray:
    """Holm's adjusted p-values of several tests: with a limit of 0.05 on them, the probability of even one false
    alarm among all tests is at most 5 %.

    The smallest of m p-values is multiplied by m, the next by m - 1, and so on; none may fall below the one before
    it, or rise above 1.

    Source: S. Holm, A simple sequentially rejective multiple test procedure, 1979.

    Args:
        p_values: shape (tests,).

    Raises:
        ValueError: a value is not between 0 and 1.
    """
    p_values = np.asarray(p_values, dtype=float)
    if not np.all((p_values >= 0) & (p_values <= 1)):
        raise ValueError(f"p-values lie between 0 and 1; got {p_values}.")
    order = np.argsort(p_values, kind="stable")
    multiplied = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(np.maximum.accumulate(multiplied), 1)
    return adjusted


# ---------------------------------------------------------------- calibration


def confidence(scores: np.ndarray) -> np.ndarray:
    """The winning score of each image: shape (images,)."""
    return np.max(scores, axis=1)


def reliability(labels: np.ndarray, scores: np.ndarray, bins: int = 10) -> pd.DataFrame:
    """How often a network is right when it is this confident.

    The confidences 0 to 1 are divided into bins of equal width; a bin holds its upper limit and not its lower one,
    except the first, which holds both.

    Returns:
        One row per bin: ``low``, ``high``, ``images``, and the mean ``confidence`` and ``accuracy`` of its images
        (missing where there are none).

    Raises:
        ValueError: a winning score does not lie between 0 and 1.
    """
    winning = confidence(scores)
    if not np.all((winning >= 0) & (winning <= 1)):
        raise ValueError("Confidences lie between 0 and 1, and a score here does not.")
    is_right = _is_right(labels, predicted_digits(scores))
    limits = np.linspace(0, 1, bins + 1)
    number = np.maximum(np.searchsorted(limits, winning, side="left") - 1, 0)
    grouped = pd.DataFrame({"confidence": winning, "accuracy": is_right}).groupby(number)
    table = grouped.mean().reindex(range(bins)).astype(float)
    table.insert(0, "low", limits[:-1])
    table.insert(1, "high", limits[1:])
    table.insert(2, "images", grouped.size().reindex(range(bins), fill_value=0))
    return table


def expected_calibration_error(labels: np.ndarray, scores: np.ndarray, bins: int = 10) -> float:
    """The gap between confidence and accuracy, averaged over the bins of :func:`reliability` by their images; 0 to 1.

    Source: M. P. Naeini, G. F. Cooper and M. Hauskrecht, Obtaining well calibrated probabilities using Bayesian
    binning, 2015. Errors as :func:`reliability`.
    """
    table = reliability(labels, scores, bins).dropna()
    gaps = (table["confidence"] - table["accuracy"]).abs()
    return float(np.average(gaps, weights=table["images"]))


def accuracy_by_coverage(labels: np.ndarray, scores: np.ndarray) -> pd.DataFrame:
    """How accurate a network is if it may abstain where it is unsure.

    Returns:
        One row per confidence that occurs, the highest first: ``threshold``, ``coverage`` (the share of images with
        at least this confidence) and ``accuracy`` on those. Images of equal confidence are answered together.
    """
    winning = confidence(scores)
    order = np.argsort(-winning, kind="stable")
    is_right = _is_right(labels, predicted_digits(scores))[order]
    answered = np.arange(1, len(order) + 1)
    table = pd.DataFrame(
        {
            "threshold": winning[order],
            "coverage": answered / len(order),
            "accuracy": np.cumsum(is_right) / answered,
        }
    )
    return table.drop_duplicates("threshold", keep="last", ignore_index=True)


def _is_right(labels: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Where predictions equal their labels: booleans; ``ValueError`` if the arrays differ in shape or are empty."""
    labels, predicted = np.asarray(labels), np.asarray(predicted)
    if labels.shape != predicted.shape or labels.size == 0:
        raise ValueError(
            f"There must be one prediction per label: got {predicted.shape} for {labels.shape}."
        )
    return labels == predicted
