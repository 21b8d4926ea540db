"""What the first cell of every notebook imports, once it is sure that all libraries are there."""

from .basics import libraries

libraries.ensure()

from . import evaluation, plots  # noqa: E402, F401
from .checks import check  # noqa: E402, F401
from .dataset import mnist  # noqa: E402, F401
from .store import artifacts  # noqa: E402, F401
