"""Where mistakes are planted, and the parts of the tests that ought to notice.

A part is a file of tests, or, where that takes long, some of its tests.
"""

DIGITS = "notebooks/digits"
NOTEBOOK_01 = "notebooks/01_exploratory_data_analysis.ipynb"
NOTEBOOK_02 = "notebooks/02_preprocessing.ipynb"
NOTEBOOK_03 = "notebooks/03_baseline_ann.ipynb"
NOTEBOOK_04 = "notebooks/04_hidden_layer_ann.ipynb"
NOTEBOOK_05 = "notebooks/05_comparison_and_confusion_matrix.ipynb"
NOTEBOOK_06 = "notebooks/06_how_sure_are_we.ipynb"
NOTEBOOK_07 = "notebooks/07_stronger_networks.ipynb"
NOTEBOOK_08 = "notebooks/08_hyperparameter_tuning.ipynb"
NOTEBOOK_09 = "notebooks/09_your_own_handwriting.ipynb"
EVALUATION = ("tests/test_evaluation.py",)
FIGURES = ("tests/test_figures.py",)
CHARTS = ("tests/test_charts.py",)
COLOURS = (*FIGURES, "-k", "colours_are")
STORED = ("tests/test_notebooks.py", "-k", "not tensorflow")
SEAL = ("tests/test_seal.py",)
README = ("tests/test_readme.py", "tests/test_series.py")
LOADER = ("tests/test_mnist.py",)
ARTIFACTS = ("tests/test_artifacts.py", "-k", "changed")
WORKSPACE = ("tests/test_workspace.py",)
HANDWRITING = ("tests/test_handwriting.py", "-k", "prepared or empty or aspect")
READING = ("tests/test_reading.py",)
REPEATS = ("tests/test_repeats.py", "-k", "seed_starts")
RUNS = ("tests/test_runs.py", "-k", "scores_are")
TRAINING = ("tests/test_training.py", "-k", "progress")
AUGMENTATION = ("tests/test_augmentation.py",)
SEARCHES = ("tests/test_experiments_of_search.py", "-k", "not again")
TABLES = ("tests/test_experiments.py", "-k", "committed")
RECORDS = ("tests/test_experiments_of_records.py", "-k", "chosen or teachers or vote")
# One part for each notebook, so that it is seen green once for all its mistakes.
LOOKS = ("tests/test_drawn_figures.py", "tests/test_figures_told.py", *FIGURES)
RUN_01 = ("--nbval", NOTEBOOK_01, *LOOKS, "-k", "01_ or 01")
RUN_02 = ("--nbval", NOTEBOOK_02)
RUN_03 = ("--nbval", NOTEBOOK_03)
RUN_05 = ("--nbval", NOTEBOOK_05, *LOOKS, "tests/test_readme.py", "-k", "05_ or 05 or readme")
BOUND = ("tests/test_evidence.py",)
PAGE = ("-m", "slow or not slow", "tests/test_draw_page.py", "-k", "bars or mouse or no_digit")
WEBAPP = ("-m", "slow or not slow", "tests/test_webapp.py", "-k", "headers or ctrl_c or names")
