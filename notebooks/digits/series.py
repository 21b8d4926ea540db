"""The series as a table of steps: which notebook reads what and writes what.

A step's place in the table is its number. After a row was put in, taken out or moved,
``python notebooks/run_all.py --renumber`` writes the numbers anew in file names, links, figures' names and texts.

Artifact names are paths below the data folder. Every artifact is declared here once; saving one that is not
declared is an error. Raise ``version`` when a step's artifacts of an earlier version must not be used any more:
they are then made again where they are needed. Editing a notebook alone makes nothing stale.
"""

import pathlib
from dataclasses import dataclass, replace

from .basics.workspace import NOTEBOOKS_FOLDER


@dataclass(frozen=True)
class Step:
    """One notebook of the series, with the artifacts that it reads and writes; its number comes from its place.

    Of what it reads it needs some ``late``: it may begin before these are there, and waits for them when it loads them
    or first saves something.
    ``memory`` is what its kernel needs at most, in MB, as ``run_all.py`` measured it on all of MNIST. What a step
    ``may_write`` is written only where it is known who wrote which image; no other step reads it.
    """

    name: str
    title: str
    question: str
    memory: int = 2_000
    reads: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    may_write: tuple[str, ...] = ()
    version: int = 1
    number: str = ""

    @property
    def file_name(self) -> str:
        """The notebook's file name, such as ``03_baseline_ann.ipynb``."""
        return f"{self.number}_{self.name}.ipynb"

    @property
    def notebook(self) -> pathlib.Path:
        """The notebook's path."""
        return NOTEBOOKS_FOLDER / self.file_name


def numbered(*steps: Step) -> tuple[Step, ...]:
    """Steps in their order, each with its number: ``"01"``, ``"02"`` and so on."""
    return tuple(replace(step, number=f"{place:02}") for place, step in enumerate(steps, 1))


def _networks(*names: str) -> tuple[str, ...]:
    """The artifacts of trained networks: for each its model, the weights of all its runs, and their histories."""
    kinds = ("models/{}.keras", "weights/{}.npz", "histories/{}.csv")
    return tuple(kind.format(name) for name in names for kind in kinds)


BASELINES = ("A-baseline", "D-baseline", "baseline-sigmoid", "baseline-softmax")
HIDDEN_LAYER_NETWORKS = ("A-hidden", "B", "C", "D-hidden", "E", "own-on-split", "own")
STRONGER_NETWORKS = ("deep", "deep-undistorted", "conv", "conv-undistorted")


STEPS = numbered(
    Step(
        name="exploratory_data_analysis",
        title="Exploratory data analysis",
        question="What is in MNIST, and where will a network struggle?",
        memory=1250,
    ),
    Step(
        name="preprocessing",
        title="Preprocessing",
        question="What must happen to the images before a network can learn from them?",
        memory=1500,
        writes=("preprocessed.npz", "test_set.npz", "by_hand.npz"),
        may_write=("writer_split.npz",),
    ),
    Step(
        name="baseline_ann",
        title="Baseline ANN",
        question="How far does a network without a hidden layer get?",
        memory=2050,
        reads=("preprocessed.npz", "by_hand.npz"),
        writes=_networks(*BASELINES),
        version=2,
    ),
    Step(
        name="hidden_layer_ann",
        title="Hidden-layer ANN",
        question="What does a hidden layer add, and how is it trained well?",
        memory=2450,
        reads=("preprocessed.npz", "histories/D-baseline.csv"),
        late=("histories/D-baseline.csv",),
        writes=(*_networks(*HIDDEN_LAYER_NETWORKS), "histories/width_sweep.csv"),
        version=2,
    ),
    Step(
        name="comparison_and_confusion_matrix",
        title="Comparison and confusion matrix",
        question="Which network is better on digits that none has seen, and what does each get wrong?",
        memory=1350,
        reads=(
            "preprocessed.npz",
            "test_set.npz",
            *_networks(*BASELINES, *HIDDEN_LAYER_NETWORKS),
        ),
        writes=("predictions/test_scores.npz", "results/05.csv"),
        version=2,
    ),
    Step(
        name="how_sure_are_we",
        title="How sure are we?",
        question="How much of what we measured is luck, and what do a network's scores tell?",
        memory=1300,
        reads=(
            "preprocessed.npz",
            "test_set.npz",
            *_networks("baseline-softmax", "B", "C", "own-on-split"),
            "predictions/test_scores.npz",
            "results/05.csv",
        ),
    ),
    Step(
        name="stronger_networks",
        title="Stronger networks",
        question="What makes a network strong: neurons, regularisation, more images, or convolution?",
        memory=2250,
        reads=(
            "preprocessed.npz",
            "test_set.npz",
            *_networks("baseline-softmax", "own-on-split", "own"),
            "results/05.csv",
        ),
        late=(*_networks("own"), "results/05.csv"),
        writes=(*_networks(*STRONGER_NETWORKS), "results/07.csv"),
        version=3,
    ),
    Step(
        name="hyperparameter_tuning",
        title="Hyperparameter tuning",
        question="Does a search find better settings than we chose by hand, and which of them matter?",
        memory=1550,
        reads=(
            "preprocessed.npz",
            "test_set.npz",
            "results/05.csv",
            "results/07.csv",
        ),
        late=("results/05.csv", "results/07.csv"),
        writes=("trials.csv", "results/08.csv"),
        version=2,
    ),
    Step(
        name="your_own_handwriting",
        title="Your own handwriting",
        question="What must happen to a photograph before a network that knows MNIST can read it?",
        memory=2450,
        reads=(
            "preprocessed.npz",
            "test_set.npz",
            "models/own-on-split.keras",
            "models/conv.keras",
        ),
        late=("models/conv.keras",),
        writes=("handwriting.csv",),
        version=2,
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
        if artifact in (*candidate.writes, *candidate.may_write):
            return candidate
    raise KeyError(
        f"No notebook of the series declares the artifact {artifact!r}; add it to its step in series.py."
    )
