"""The style sheet and the script without what only their authors need. It is not in the zip: the build stores the
result."""

from pathlib import Path

from rcssmin import cssmin
from rjsmin import jsmin


def minified(path: Path) -> str:
    """A ``.css`` or ``.js`` file without comments, indentation and useless spaces; no name in it changes."""
    minify = {".css": cssmin, ".js": jsmin}[path.suffix]
    return str(minify(path.read_text("utf-8")))
