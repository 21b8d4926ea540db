"""What one notebook hands to the next: saved, recorded, verified, and made again where it is missing.

:mod:`digits.store.artifacts` is the way in; :mod:`digits.store.records` holds paths, hashes and records;
:mod:`digits.store.figure_files` writes figures. Nothing here knows Keras: models are saved and loaded in
:mod:`digits.training`.
"""

from . import artifacts

__all__ = ["artifacts"]
