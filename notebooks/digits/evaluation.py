"""How good a network's scores are: metrics, and how sure one can be of them. No TensorFlow.

``scores`` are what a network gives for images: float, shape (images, 10), one column per digit. ``labels`` and
``predicted`` are digits: integers, shape (images,).
"""

import numpy as np
import pandas as pd
from scipy import stats
from sklearn import metrics

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
    labels, predicted = np.asarray(labels), np.asarray(predicted)
    if labels.shape != predicted.shape or labels.size == 0:
        raise ValueError(
            f"There must be one prediction per label: got {predicted.shape} for {labels.shape}."
        )
    return float(np.mean(labels == predicted))


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
    interval = stats.binomtest(int(correct), int(total)).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)


def confusion_counts(labels: np.ndarray, predicted: np.ndarray) -> pd.DataFrame:
    """How often each digit was taken for each: 10 x 10 integers, the true digit in rows, the predicted in columns."""
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
