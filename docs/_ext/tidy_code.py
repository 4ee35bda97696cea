"""Blocks of code without the empty line that ends a doctest in Markdown.

A doctest's output ends at the first empty line, so the pages need one before the closing fence.
"""

from docutils import nodes

__all__ = ["setup"]


def _strip_empty_ends(app, doctree):
    for block in doctree.findall(nodes.literal_block):
        text = block.astext()
        if block.rawsource == text:
            block.rawsource = text.rstrip()
            block.children = [nodes.Text(text.rstrip())]


def setup(app):
    """Connect to Sphinx."""
    app.connect("doctree-read", _strip_empty_ends)
    return {"parallel_read_safe": True}
