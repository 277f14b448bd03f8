"""The figures of the template that documents tell are those of the template."""

import re
from pathlib import Path

from tests.template.reading import Template, of_type

ROOT = Path(__file__).parents[2]
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def test_the_figures_of_the_template_are_told(template: Template) -> None:
    (told,) = re.findall(r"(\d+) resources, (\d+) of them alarms", (ROOT / "docs" / "figures.md").read_text())
    alarms = of_type(template, "CloudWatch::Alarm")
    assert [int(figure) for figure in told] == [len(template["Resources"]), len(alarms)]
    assert f"{len(alarms)} alarms at 0.10 $" in (ROOT / "infra" / "README.md").read_text()


def test_a_new_account_is_asked_for_room_for_every_function_that_keeps_a_place(template: Template) -> None:
    kept = [
        one for one in of_type(template, "Lambda::Function").values() if one.get("ReservedConcurrentExecutions") == 1
    ]
    words = " ".join((ROOT / "infra" / "README.md").read_text().split())
    assert f"{NUMBERS[len(kept)]} functions keep one place each" in words


def test_every_folder_that_the_bucket_empties_is_told_among_personal_data(template: Template) -> None:
    (bucket,) = [one for name, one in of_type(template, "S3::Bucket").items() if name == "DocumentsBucket"]
    rules = bucket["LifecycleConfiguration"]["Rules"]
    folders = {rule["Prefix"] for rule in rules if "Prefix" in rule and "ExpirationInDays" in rule}
    told = (ROOT / "infra" / "README.md").read_text().partition("## Personal data")[2]
    assert {folder for folder in folders if f"`{folder}`" not in told} == set()
