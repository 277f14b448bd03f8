"""The finished template, built once for all who look at it."""

from typing import Any

import pytest

from infra.build.sam import Code, template_of


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    return template_of("prod", Code("artifacts", "portal-0123.zip", "import-0123.zip", "python3.13"))
