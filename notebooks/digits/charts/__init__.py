"""Drawing what the series draws: digits in rows, curves, ladders and dots, matrices. No TensorFlow.

Each function returns a figure for :func:`digits.plots.show`, or draws into axes that it is given. Colours, markers,
widths and formats come from :mod:`digits.plots`. How a network works or a number is computed is not decided here.
"""

from .certainty import accuracies_over_splits, errors_by_coverage, reliability_diagrams
from .comparison import errors_per_digit, pairs_of_networks, precision_and_recall
from .curves import learning_curves, lines
from .dots import dots_with_ranges, error_ladder
from .exploration import (
    boxes_per_digit,
    losses_and_accuracies,
    map_and_variance,
    means_and_deviations,
    outputs_before_sigmoid,
    pixel_use,
    pixel_values,
    shares_of_values,
)
from .hero import photograph_to_answer
from .images import digit_grid, draw_digit, picture_rows
from .layers import (
    accuracy_of_runs,
    coinciding_curves,
    filmstrip,
    losses_by_width,
    neurons_and_responses,
    overfitting_runs,
    scores_of_one_image,
)
from .matrices import confusion_matrices, picture_matrix
from .morph import probabilities_between
from .photographs import (
    answers_by_threshold,
    constants_varied,
    errors_by_preparation,
    errors_without_steps,
    misread_pictures,
    photograph_grid,
)
from .strength import (
    disturbance_curves,
    errors_and_seconds,
    filters_and_maps,
    ingredient_ladder,
    maps_of_filters,
)
from .trials import errors_of_runs, search_history, shares_by_forest, trials_by_setting

__all__ = [
    "accuracies_over_splits",
    "accuracy_of_runs",
    "answers_by_threshold",
    "boxes_per_digit",
    "coinciding_curves",
    "confusion_matrices",
    "constants_varied",
    "digit_grid",
    "disturbance_curves",
    "dots_with_ranges",
    "draw_digit",
    "error_ladder",
    "errors_and_seconds",
    "errors_by_coverage",
    "errors_by_preparation",
    "errors_of_runs",
    "errors_per_digit",
    "errors_without_steps",
    "filmstrip",
    "filters_and_maps",
    "ingredient_ladder",
    "learning_curves",
    "lines",
    "losses_and_accuracies",
    "losses_by_width",
    "map_and_variance",
    "maps_of_filters",
    "means_and_deviations",
    "misread_pictures",
    "neurons_and_responses",
    "outputs_before_sigmoid",
    "overfitting_runs",
    "pairs_of_networks",
    "photograph_grid",
    "photograph_to_answer",
    "picture_matrix",
    "picture_rows",
    "pixel_use",
    "pixel_values",
    "precision_and_recall",
    "probabilities_between",
    "reliability_diagrams",
    "scores_of_one_image",
    "search_history",
    "shares_by_forest",
    "shares_of_values",
    "trials_by_setting",
]
