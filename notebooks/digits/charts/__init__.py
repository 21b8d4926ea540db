"""Drawing what the series draws: digits in rows, curves, ladders and dots, matrices. No TensorFlow.

Each function returns a figure for :func:`digits.plots.show`, or draws into axes that it is given. Colours, markers,
widths and formats come from :mod:`digits.plots`. How a network works or a number is computed is not decided here.
"""

from .certainty import (
    errors_by_split,
    flattery_of_choosing,
    reliability_diagrams,
    two_kinds_of_luck,
)
from .comparison import errors_per_digit, pairs_of_networks, threshold_choices
from .curves import learning_curves, lines
from .dots import dots_with_ranges, error_ladder
from .exploration import (
    boxes_per_digit,
    means_and_deviations,
    pixel_use,
    pixel_values,
)
from .hero import photograph_to_answer
from .hidden import (
    activations_and_slopes,
    boundaries,
    ingredients,
    neurons_and_responses,
)
from .images import digit_grid, draw_digit, picture_rows
from .inside import (
    changed_digits,
    digits_moved,
    filters_and_maps,
    planes_of_activations,
    slopes_on_digits,
)
from .layers import (
    accuracy_of_runs,
    curves_measured_twice,
    filmstrip,
    losses_by_width,
    means_and_templates,
    overfitting_runs,
    scores_of_one_image,
)
from .maps import map_and_components, nearest_means, two_pixels
from .matrices import confusion_matrices, picture_matrix
from .neurons import (
    losses_and_accuracies,
    losses_of_batches,
    neuron_diagram,
    walks_downhill,
)
from .passing import forward_and_backward, network_drawing
from .photographs import (
    answers_by_threshold,
    boxes_over_picture,
    lessons_and_preparation,
    misread_pictures,
    photograph_grid,
    points_lost,
    right_and_wrong,
)
from .records import errors_by_parameters
from .settings import (
    means_of_runs,
    parallel_settings,
    shares_by_study,
    trials_and_trainings,
    trials_by_setting,
)
from .strength import disturbance_curves, errors_and_seconds, errors_by_images
from .trials import samplers_compared, search_history, stopped_trials
from .windows import maps_to_scale, receptive_fields, window_walk

__all__ = [
    "accuracy_of_runs",
    "activations_and_slopes",
    "answers_by_threshold",
    "boundaries",
    "boxes_over_picture",
    "boxes_per_digit",
    "changed_digits",
    "confusion_matrices",
    "curves_measured_twice",
    "digit_grid",
    "digits_moved",
    "disturbance_curves",
    "dots_with_ranges",
    "draw_digit",
    "error_ladder",
    "errors_and_seconds",
    "errors_by_images",
    "errors_by_parameters",
    "errors_by_split",
    "errors_per_digit",
    "filmstrip",
    "filters_and_maps",
    "flattery_of_choosing",
    "forward_and_backward",
    "ingredients",
    "learning_curves",
    "lessons_and_preparation",
    "lines",
    "losses_and_accuracies",
    "losses_by_width",
    "losses_of_batches",
    "map_and_components",
    "maps_to_scale",
    "means_and_deviations",
    "means_and_templates",
    "means_of_runs",
    "misread_pictures",
    "nearest_means",
    "network_drawing",
    "neuron_diagram",
    "neurons_and_responses",
    "overfitting_runs",
    "pairs_of_networks",
    "parallel_settings",
    "photograph_grid",
    "photograph_to_answer",
    "picture_matrix",
    "picture_rows",
    "pixel_use",
    "pixel_values",
    "planes_of_activations",
    "points_lost",
    "receptive_fields",
    "reliability_diagrams",
    "right_and_wrong",
    "samplers_compared",
    "scores_of_one_image",
    "search_history",
    "shares_by_study",
    "slopes_on_digits",
    "stopped_trials",
    "threshold_choices",
    "trials_and_trainings",
    "trials_by_setting",
    "two_kinds_of_luck",
    "two_pixels",
    "walks_downhill",
    "window_walk",
]
