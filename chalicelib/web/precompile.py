"""``python -m chalicelib.web.precompile DIR``: write into DIR what should not be made at a cold start.

This is the compiled template of every page, the minified style sheet and the minified script. Packaging writes into
``templates/compiled`` of the bundle; ``rendering`` and ``assets`` prefer that folder when it exists.
"""

import sys
from pathlib import Path

from jinja2 import FileSystemLoader

from chalicelib.web.assets import STATIC, TEMPLATES
from chalicelib.web.minify import minified
from chalicelib.web.rendering import new_environment


def precompile(target: Path) -> None:
    """Write one Python module for each template, and the minified files, into ``target``.

    Raises TemplateSyntaxError for a broken template.
    """
    target.mkdir(parents=True, exist_ok=True)
    environment = new_environment(FileSystemLoader(TEMPLATES))
    environment.compile_templates(target, filter_func=_is_a_page, zip=None, ignore_errors=False)
    for path in sorted(STATIC.iterdir()):
        (target / path.name).write_text(minified(path), "utf-8")


def _is_a_page(template: str) -> bool:
    """Whether a template is of a page. E-mails have an environment of their own, see ``adapters.mail_templates``."""
    return template.endswith(".html") and not template.startswith("email/")


if __name__ == "__main__":
    precompile(Path(sys.argv[1]))
