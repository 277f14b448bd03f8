"""Mails of several towns in one account: each hears what becomes of its own, and keeps its own list."""

from infra.build.functions import ENVIRONMENT
from tests.template.reading import Template, filled, of_type


def test_the_bounces_of_other_towns_are_not_heard(template: Template) -> None:
    rules = of_type(template, "Events::Rule")
    (pattern,) = (
        one["EventPattern"] for one in rules.values() if "aws.ses" in one.get("EventPattern", {}).get("source", ())
    )
    (configuration,) = of_type(template, "SES::ConfigurationSet").values()
    named = filled(configuration["Name"], template)
    assert filled(pattern, template) == {
        "source": ["aws.ses"],
        "detail-type": ["Email Bounced", "Email Complaint Received"],
        "detail": {"mail": {"tags": {"ses:configuration-set": [named]}}},
    }
    assert filled(ENVIRONMENT["PORTAL_MAIL_CONFIGURATION"], template) == named, "the code asks for the same"


def test_a_complaint_in_one_town_silences_no_other(template: Template) -> None:
    """SES's own list is the account's."""
    (configuration,) = of_type(template, "SES::ConfigurationSet").values()
    assert configuration["SuppressionOptions"] == {"SuppressedReasons": []}
