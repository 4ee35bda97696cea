"""How Sphinx builds the documentation: ``make docs``.

Pages are Markdown where pytest runs their code (``--doctest-glob``), the gallery is executed from
``examples/``, the reference comes from the docstrings. Nothing here asks the internet: names of
other libraries are linked through the short list in ``_ext/external_names.py``.
"""

import importlib
import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))
# The code of the checkout is what is documented, whatever else is installed.
sys.path.insert(0, str(HERE.parent))
# Examples draw into files.
os.environ.setdefault("MPLBACKEND", "Agg")

external_names = importlib.import_module("external_names")
skseq = importlib.import_module("skseq")

project = "skseq"
author = "The skseq developers"
project_copyright = "The skseq developers, BSD-3-Clause"
version = release = skseq.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "numpydoc",
    "myst_parser",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "tidy_code",
]
exclude_patterns = ["_build", "auto_examples/*.ipynb", "**/GALLERY_HEADER.rst"]
templates_path = ["_templates"]
nitpicky = True
# Single backquotes, in docstrings and examples, are code as in Markdown.
default_role = "literal"

# Reference: one page for each public name, made from numpydoc's grammar.
autosummary_generate = True
autodoc_typehints = "none"
autodoc_member_order = "bysource"
toc_object_entries_show_parents = "hide"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

# Markdown.
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# Links to other libraries, from a list instead of from their sites.
intersphinx_mapping = external_names.write_inventories(HERE / "_build" / "inventories")

# A copied example is what a reader would type: no prompts, no output.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_exclude = ".linenos"


sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"plot_",
    "within_subsection_order": "gallery.place_in_gallery",
    "abort_on_example_error": True,
    "capture_repr": (),
    "reset_modules": ("matplotlib", "gallery.write_larger", "gallery.treat_warnings_as_errors"),
    "reset_modules_order": "both",
    "reference_url": {"skseq": None},
    "doc_module": ("skseq",),
    "backreferences_dir": "generated/backreferences",
    # Links and back-references of an example are those of names in its code.
    "plot_gallery": bool(int(os.environ.get("SKSEQ_GALLERY", "1"))),
    "inspect_global_variables": False,
    "image_srcset": ["2x"],
    "show_signature": False,
    "download_all_examples": False,
    "min_reported_time": 0,
    "write_computation_times": False,
    "remove_config_comments": True,
}

html_theme = "pydata_sphinx_theme"
html_title = "skseq"
html_favicon = "_static/logo.svg"
html_static_path = ["_static"]
html_css_files = ["skseq.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "logo": {
        "text": f"skseq {release}",
        "image_light": "_static/logo.svg",
        "image_dark": "_static/logo.svg",
        "alt_text": "skseq, start page",
    },
    "show_prev_next": True,
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "navbar_align": "left",
    "header_links_before_dropdown": 4,
    "footer_start": ["copyright"],
    "footer_end": ["theme-version"],
    "secondary_sidebar_items": {"**": ["page-toc"], "index": []},
}
html_sidebars = {"index": []}
