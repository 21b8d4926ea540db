"""The series as a table of steps: which notebook reads what and writes what.

Artifact names are paths below the data folder. Every artifact is declared here once; saving one that is not
declared is an error. Raise ``version`` when a step's artifacts of an earlier version must not be used any more:
they are then made again where they are needed. Editing a notebook alone makes nothing stale.
"""

import pathlib
from dataclasses import dataclass

from .workspace import NOTEBOOKS_FOLDER


@dataclass(frozen=True)
class Step:
    """One notebook of the series, with the artifacts that it reads and writes."""

    number: str
    file_name: str
    title: str
    question: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    version: int = 1

    @property
    def notebook(self) -> pathlib.Path:
        """The notebook's path."""
        return NOTEBOOKS_FOLDER / self.file_name


def _networks(*names: str) -> tuple[str, ...]:
    """The artifacts of trained networks: for each its model, the weights of all its runs, and their histories."""
    kinds = ("models/{}.keras", "weights/{}.npz", "histories/{}.csv")
    return tuple(kind.format(name) for name in names for kind in kinds)


BASELINES = ("A-baseline", "D-baseline", "baseline-sigmoid", "baseline-softmax")
HIDDEN_LAYER_NETWORKS = ("A-hidden", "B", "C", "D-hidden", "E", "own-on-split", "own")
STRONGER_NETWORKS = ("deep", "conv", "conv-undistorted")


STEPS = (
    Step(
        number="01",
        file_name="01_exploratory_data_analysis.ipynb",
        title="Exploratory data analysis",
        question="What is in MNIST, and where will a network struggle?",
    ),
    Step(
        number="02",
        file_name="02_preprocessing.ipynb",
        title="Preprocessing",
        question="What must happen to the images before a network can learn from them?",
        writes=("preprocessed.npz", "test_set.npz"),
    ),
    Step(
        number="03",
        file_name="03_baseline_ann.ipynb",
        title="Baseline ANN",
        question="How far does a network without a hidden layer get?",
        reads=("preprocessed.npz",),
        writes=_networks(*BASELINES),
        version=2,
    ),
    Step(
        number="04",
        file_name="04_hidden_layer_ann.ipynb",
        title="Hidden-layer ANN",
        question="What does a hidden layer add, and how is it trained well?",
        reads=("preprocessed.npz", "histories/D-baseline.csv"),
        writes=(*_networks(*HIDDEN_LAYER_NETWORKS), "histories/width_sweep.csv"),
        version=2,
    ),
    Step(
        number="05",
        file_name="05_comparison_and_confusion_matrix.ipynb",
        title="Comparison and confusion matrix",
        question="Which network is better on digits that none has seen, and what does each get wrong?",
        reads=(
            "preprocessed.npz",
            "test_set.npz",
            *_networks(*BASELINES, *HIDDEN_LAYER_NETWORKS),
        ),
        writes=("predictions/test_scores.npz", "results/05.csv"),
        version=2,
    ),
    Step(
        number="06",
        file_name="06_stronger_networks.ipynb",
        title="Stronger networks",
        question="What makes a network strong: neurons, restraint, more images, or convolution?",
        reads=(
            "preprocessed.npz",
            "test_set.npz",
            *_networks("baseline-softmax", "own"),
            "results/05.csv",
        ),
        writes=(
            *_networks(*STRONGER_NETWORKS),
            "histories/ablation.csv",
            "results/06.csv",
            "robustness.csv",
        ),
    ),
    Step(
        number="07",
        file_name="07_hyperparameter_tuning.ipynb",
        title="Hyperparameter tuning",
        question="Does a search find better settings than we chose by hand, and which of them matter?",
        reads=("preprocessed.npz", "test_set.npz", *_networks("own"), "results/05.csv"),
        writes=(*_networks("tuned"), "trials.csv", "results/07.csv"),
    ),
    Step(
        number="08",
        file_name="08_your_own_handwriting.ipynb",
        title="Your own handwriting",
        question="What must happen to a photograph before a network that knows MNIST can read it?",
        reads=("preprocessed.npz", "test_set.npz", "models/own.keras", "models/conv.keras"),
        writes=("handwriting.csv",),
    ),
)


def step(number: str) -> Step:
    """The step with this number, such as ``"03"``; ``KeyError`` with the known numbers if there is none."""
    for candidate in STEPS:
        if candidate.number == number:
            return candidate
    known = ", ".join(candidate.number for candidate in STEPS)
    raise KeyError(f"There is no notebook {number!r} in the series; there are {known}.")


def writer(artifact: str) -> Step:
    """The step that writes ``artifact``; ``KeyError`` if no step declares it."""
    for candidate in STEPS:
        if artifact in candidate.writes:
            return candidate
    raise KeyError(
        f"No notebook of the series declares the artifact {artifact!r}; add it to its step in series.py."
    )
