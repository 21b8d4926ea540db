"""The search for hyperparameters, by one process or by many that share a study.

``studies`` keeps a search in a file, a database or a journal, ``interrupts`` lets Ctrl-C end it at a safe place;
neither imports TensorFlow. ``digits.search.tuning`` says what is searched and trains a trial; as it imports
TensorFlow, whoever needs it imports it by itself.
"""

from . import studies

__all__ = ["studies"]
