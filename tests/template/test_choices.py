"""What a town chooses: its parameters, each explained, and those that only go together."""

import json
import re

from tests.template.reading import Template, of_type

COUNTED = {"SizeRestrictions_BODY", "NoUserAgent_HEADER", "GenericRFI_BODY", "GenericRFI_QUERYARGUMENTS"}
"""Rules of AWS's common set that this portal's own visitors would meet."""


def test_every_parameter_and_output_is_explained(template: Template) -> None:
    # EndpointURL and the like are Chalice's own.
    ours = {name: template["Outputs"][name] for name in ("Origin", "DomainTarget", "AlarmTopic")}
    for name, one in {**template["Parameters"], **ours}.items():
        assert len(one.get("Description", "")) > 20, name


def test_every_parameter_is_used(template: Template) -> None:
    text = json.dumps({**template, "Parameters": None})
    for name in template["Parameters"]:
        assert f'"Ref": "{name}"' in text or f"${{{name}}}" in text, name


def test_a_name_comes_with_its_certificate(template: Template) -> None:
    text = json.dumps(template["Rules"])
    assert '{"Ref": "DomainName"}' in text
    assert '{"Ref": "CertificateArn"}' in text
    assert template["Conditions"]["HasDomain"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "DomainName"}, ""]}]}


def test_two_stages_of_an_account_may_share_the_senders_domain(template: Template) -> None:
    """SES holds a domain once for each account and region: the second stack would be refused whole."""
    resources = template["Resources"]
    assert resources["MailDomain"]["Condition"] == "HoldsMailDomain"
    rest = json.dumps({name: one for name, one in resources.items() if name != "MailDomain"})
    assert '"MailDomain"' not in rest
    assert not re.search(r"\$\{MailDomain", rest)


def test_the_firewall_lets_parents_and_the_treasury_through(template: Template) -> None:
    (firewall,) = of_type(template, "WAFv2::WebACL").values()
    rules = {one["Name"]: one for one in firewall["Rules"]}
    assert len({one["Priority"] for one in rules.values()}) == len(rules)
    assert "RateBasedStatement" in rules["one-address"]["Statement"]
    common = rules["common"]["Statement"]["ManagedRuleGroupStatement"]
    assert common["Name"] == "AWSManagedRulesCommonRuleSet"
    assert {one["Name"] for one in common["RuleActionOverrides"]} == COUNTED
    assert all(one["ActionToUse"] == {"Count": {}} for one in common["RuleActionOverrides"])
    for one in [firewall, *rules.values()]:
        assert one["VisibilityConfig"]["SampledRequestsEnabled"] is False, "samples hold addresses and cookies"
