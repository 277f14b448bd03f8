"""The figures of the template that documents tell are those of the template."""

import re
from pathlib import Path

from tests.template.reading import Template, of_type

ROOT = Path(__file__).parents[2]


def test_the_figures_of_the_template_are_told(template: Template) -> None:
    (told,) = re.findall(r"(\d+) resources, (\d+) of them alarms", (ROOT / "docs" / "figures.md").read_text())
    alarms = of_type(template, "CloudWatch::Alarm")
    assert [int(figure) for figure in told] == [len(template["Resources"]), len(alarms)]
    assert f"{len(alarms)} alarms at 0.10 $" in (ROOT / "infra" / "README.md").read_text()
