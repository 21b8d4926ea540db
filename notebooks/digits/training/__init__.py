"""Networks: trained once or from many seeds, kept, saved and loaded again. Imports TensorFlow.

``fit`` trains one network as Keras's own ``fit`` does, and faster. ``train`` and ``train_all`` train from several
seeds side by side and give :class:`Runs`; each finished run is kept, so that it is trained only once. ``recipes``
holds the published networks as data; ``fooled`` changes images until a network errs.
"""

from . import recipes
from .augmentation import RandomDistortion
from .backend import keras, tf
from .fitting import fit, predict
from .fooling import fooled
from .models import load_model, save_model
from .repeats import Training, train, train_all
from .runs import Runs, load_runs
from .shipping import network_file

__all__ = [
    "RandomDistortion",
    "Runs",
    "Training",
    "fit",
    "fooled",
    "keras",
    "load_model",
    "load_runs",
    "network_file",
    "predict",
    "recipes",
    "save_model",
    "tf",
    "train",
    "train_all",
]
