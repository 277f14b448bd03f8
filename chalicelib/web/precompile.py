"""``python -m chalicelib.web.precompile DIR``: compile every page's template into DIR, for a faster cold start.

Packaging points it at ``templates/compiled`` of the bundle; ``rendering`` prefers that folder when it exists.
"""

import sys
from pathlib import Path

from jinja2 import FileSystemLoader

from chalicelib.web.assets import TEMPLATES
from chalicelib.web.rendering import new_environment


def precompile(target: Path) -> None:
    """Write one Python module per template into ``target``; raises TemplateSyntaxError for a broken one."""
    target.mkdir(parents=True, exist_ok=True)
    environment = new_environment(FileSystemLoader(TEMPLATES))
    environment.compile_templates(target, filter_func=_is_a_page, zip=None, ignore_errors=False)


def _is_a_page(template: str) -> bool:
    """E-mails have an environment of their own, see ``adapters.mail_templates``."""
    return template.endswith(".html") and not template.startswith("email/")


if __name__ == "__main__":
    precompile(Path(sys.argv[1]))
