"""The search for hyperparameters, by one process or by many that share a study.

``storages`` opens the file or database that keeps a search, ``journals`` the journal, ``failures`` says what is wrong
with one; ``studies`` works on the search, ``interrupts`` lets Ctrl-C end it at a safe place. None of them imports
TensorFlow. ``digits.search.tuning`` says what is searched and
trains a trial; as it imports TensorFlow, whoever needs it imports it by itself.
"""

from . import storages, studies

__all__ = ["storages", "studies"]
