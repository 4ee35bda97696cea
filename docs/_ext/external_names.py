"""Where names of other libraries are documented, so that a build needs no internet.

Intersphinx would fetch whole inventories from the sites of these libraries. The pages refer to few
names, so these are listed here, and written as inventories that Sphinx reads from disk.
"""

import zlib

# Project: its site, the page of a name there, and the names, each with its kind.
EXTERNAL = {
    "scikit-learn": (
        "https://scikit-learn.org/stable/",
        "modules/generated/{name}.html#{name}",
        {
            "class": [
                "sklearn.base.BaseEstimator",
                "sklearn.compose.ColumnTransformer",
                "sklearn.linear_model.Ridge",
                "sklearn.model_selection.GridSearchCV",
                "sklearn.model_selection.KFold",
                "sklearn.model_selection.TimeSeriesSplit",
                "sklearn.pipeline.Pipeline",
                "sklearn.preprocessing.OneHotEncoder",
                "sklearn.preprocessing.StandardScaler",
            ],
            "function": [
                "sklearn.base.clone",
                "sklearn.metrics.mean_absolute_error",
                "sklearn.model_selection.cross_val_score",
                "sklearn.model_selection.cross_validate",
                "sklearn.model_selection.train_test_split",
                "sklearn.pipeline.make_pipeline",
            ],
        },
    ),
    "pandas": (
        "https://pandas.pydata.org/docs/",
        "reference/api/{name}.html#{name}",
        {
            "class": ["pandas.DataFrame", "pandas.Series"],
            "function": ["pandas.concat", "pandas.date_range", "pandas.read_csv"],
        },
    ),
    "numpy": (
        "https://numpy.org/doc/stable/",
        "reference/generated/{name}.html#{name}",
        {
            "class": ["numpy.ndarray"],
            "function": ["numpy.abs", "numpy.column_stack", "numpy.exp", "numpy.log"],
        },
    ),
    "matplotlib": (
        "https://matplotlib.org/stable/",
        "api/_as_gen/{name}.html#{name}",
        {"function": ["matplotlib.pyplot.subplots", "matplotlib.pyplot.show"]},
    ),
}


def write_inventories(folder):
    """Write an inventory for each project, and return what ``intersphinx_mapping`` holds then."""
    folder.mkdir(parents=True, exist_ok=True)
    mapping = {}
    for project, (site, page, names_by_kind) in EXTERNAL.items():
        lines = [
            f"{name} py:{kind} 1 {page.format(name=name)} -\n"
            for kind, names in names_by_kind.items()
            for name in names
        ]
        head = (
            "# Sphinx inventory version 2\n"
            f"# Project: {project}\n"
            "# Version: \n"
            "# The remainder of this file is compressed using zlib.\n"
        )
        path = folder / f"{project}.inv"
        path.write_bytes(head.encode() + zlib.compress("".join(lines).encode()))
        mapping[project] = (site, str(path))
    return mapping
