"""Settings of the published pages, which this command builds: sphinx-build -W -c docs . site

What it needs is in requirements.txt beside this file. Nothing is executed: the pages show what the notebooks store.
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).parent
sys.path.insert(0, str(FOLDER))

project = "Neural networks on MNIST, notebook by notebook"
html_title = "Neural networks on MNIST"
root_doc = "README"
include_patterns = [
    "README.md",
    "CONTRIBUTING.md",
    "benchmarks/RESULTS.md",
    "data/README.md",
    "docs/*.md",
    "notebooks/*.ipynb",
]
extensions = ["myst_nb", "pages"]  # pages.py
myst_heading_anchors = 3
myst_enable_extensions = ["dollarmath", "deflist"]
nb_execution_mode = "off"
nb_merge_streams = True

html_theme = "furo"
html_show_sourcelink = html_copy_source = html_show_copyright = False
templates_path = ["templates"]
html_additional_pages = {"index": "front.html"}
html_css_files = ["pages.css"]
html_js_files = [("reading-aids.js", {"defer": "defer"})]
html_favicon = "static/favicon.svg"
