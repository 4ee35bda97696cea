"""Look at every link of a built site that stays within it: the file is there, and so is the anchor.

    python docs/_ext/check_links.py docs/_build/html

Sphinx warns of broken references in the sources; this sees what came of them, the theme and the
gallery included. Links to other sites are left alone: ``make linkcheck`` asks for them.
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.anchors = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Note where a tag leads, and what can lead to it."""
        attributes = dict(attrs)
        self.links += [attributes[name] for name in ("href", "src") if attributes.get(name)]
        self.links += [
            part.split()[0] for part in (attributes.get("srcset") or "").split(",") if part.split()
        ]
        self.anchors |= {attributes[name] for name in ("id", "name") if attributes.get(name)}


def broken_links(folder):
    """List (page, link) for every link within the site that leads nowhere."""
    pages = {
        path.resolve(): Page(path.read_text("utf-8"))
        for path in folder.rglob("*.html")
        if "_static" not in path.parts  # templates of the theme
    }
    return [
        (path.relative_to(folder.resolve()), link)
        for path, page in pages.items()
        for link in page.links
        if _is_broken(path, link, pages)
    ]


def _is_broken(path, link, pages):
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return False
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.exists():
        return True
    is_anchor = bool(parts.fragment) and target in pages
    return is_anchor and unquote(parts.fragment) not in pages[target].anchors


def main():
    """Print what is broken; the exit status says whether anything is."""
    folder = Path(sys.argv[1])
    broken = broken_links(folder)
    for page, link in broken:
        print(f"{page}: {link}")
    n_pages = sum(1 for _ in folder.rglob("*.html"))
    print(f"{len(broken)} broken links within {n_pages} pages.")
    return int(bool(broken) or n_pages == 0)


if __name__ == "__main__":
    sys.exit(main())
