"""What the first cell of every notebook imports, once it is sure that all libraries are there."""

from . import libraries

libraries.ensure()

from . import artifacts, evaluation, mnist, plots  # noqa: E402, F401
from .checks import check  # noqa: E402, F401
