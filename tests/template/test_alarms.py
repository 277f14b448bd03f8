"""An alarm can ring: what it measures exists under that very name, and soon enough for what waits on it.

CloudWatch takes any name of a metric, and keeps silent for ever about one that nobody writes.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.build.functions import EVERY_FUNCTION
from tests.template.reading import Template, filled, of_type

ROOT = Path(__file__).parents[2]
DIMENSIONS = {
    ("AWS/ApiGateway", "5XXError"): {"ApiName", "Stage"},
    ("AWS/ApiGateway", "Latency"): {"ApiName", "Stage"},
    ("AWS/DynamoDB", "ReadThrottleEvents"): {"TableName"},
    ("AWS/DynamoDB", "WriteThrottleEvents"): {"TableName"},
    ("AWS/Lambda", "Errors"): {"FunctionName"},
    ("AWS/Lambda", "Throttles"): {"FunctionName"},
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): {"QueueName"},
}
"""By which AWS writes each of its metrics (CloudWatch's lists, service by service): all of them, or nothing comes."""
OURS = {"import-failed": "infra/ops/exchange.py"}
"""Metrics that no log line makes, and the file that writes them."""
CANARY_SECONDS = 300
SEEN_AFTER = 120
"""Seconds that API Gateway's and Lambda's metrics take to reach CloudWatch."""


Looked = tuple[str, str, dict[str, str]]
"""Namespace, metric, dimensions."""


def measured(template: Template) -> dict[str, Looked]:
    """What each alarm looks at, by the alarm's logical name."""
    alarms = {name: filled(one, template) for name, one in of_type(template, "CloudWatch::Alarm").items()}
    return {
        name: (one["Namespace"], one["MetricName"], {each["Name"]: each["Value"] for each in one.get("Dimensions", ())})
        for name, one in alarms.items()
    }


def names(template: Template, kind: str, key: str) -> set[str]:
    return {filled(one[key], template) for one in of_type(template, kind).values()}


def test_aws_writes_what_the_alarms_look_at(template: Template) -> None:
    for alarm, (namespace, metric, dimensions) in measured(template).items():
        if namespace.startswith("AWS/"):
            assert dimensions.keys() == DIMENSIONS[namespace, metric], alarm


def test_the_alarms_look_at_things_of_this_stack(template: Template) -> None:
    there = {
        "FunctionName": names(template, "Lambda::Function", "FunctionName"),
        "TableName": names(template, "DynamoDB::Table", "TableName"),
        "ApiName": names(template, "ApiGateway::RestApi", "Name"),
        "Stage": names(template, "ApiGateway::Stage", "StageName"),
        "QueueName": {"DeadLetters.QueueName"},
    }
    for alarm, (_, _, dimensions) in measured(template).items():
        for kind, value in dimensions.items():
            assert value in there[kind], alarm


def test_our_own_metrics_have_somebody_who_writes_them(template: Template) -> None:
    filters = of_type(template, "Logs::MetricFilter").values()
    written = {
        (made["MetricNamespace"], made["MetricName"])
        for one in filled(list(filters), template)
        for made in one["MetricTransformations"]
    }
    ours = {alarm: looked for alarm, looked in measured(template).items() if not looked[0].startswith("AWS/")}
    for alarm, (namespace, metric, dimensions) in ours.items():
        assert not dimensions, alarm
        if metric in OURS:
            assert f'"MetricName": "{metric}"' in (ROOT / OURS[metric]).read_text(), alarm
        else:
            assert (namespace, metric) in written, alarm


def test_the_api_has_one_name(template: Template) -> None:
    """API Gateway takes it from the OpenAPI title when it imports the definition; alarms know the other."""
    (api,) = of_type(template, "ApiGateway::RestApi").values()
    assert filled(api["Body"]["info"]["title"], template) == filled(api["Name"], template) == "town-portal"


def test_what_takes_a_version_back_rings_while_the_version_is_new(template: Template) -> None:
    (group,) = of_type(template, "CodeDeploy::DeploymentGroup").values()
    watching = [one["Name"]["Ref"] for one in group["AlarmConfiguration"]["Alarms"]]
    assert watching
    for name in watching:
        alarm = template["Resources"][name]["Properties"]
        # Windows slide: all but the last of the periods must have been bad already.
        before = alarm["Period"] * (alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"]) - 1)
        assert before + SEEN_AFTER < CANARY_SECONDS, name


def test_everything_is_told_to_one_topic_that_lets_itself_be_told(template: Template) -> None:
    for name, alarm in of_type(template, "CloudWatch::Alarm").items():
        assert alarm["AlarmActions"] == [{"Ref": "Alarms"}], name
    (budget,) = of_type(template, "Budgets::Budget").values()
    for one in budget["NotificationsWithSubscribers"]:
        # A budget's subscribers can only change by a new budget, and one of that name exists: the topic never changes.
        assert one["Subscribers"] == [{"SubscriptionType": "SNS", "Address": {"Ref": "Alarms"}}]
    assert template["Resources"]["Budget"]["DependsOn"] == "AlarmsPolicy"
    (policy,) = of_type(template, "SNS::TopicPolicy").values()
    (allowed,) = policy["PolicyDocument"]["Statement"]
    assert set(allowed["Principal"]["Service"]) == {"cloudwatch.amazonaws.com", "budgets.amazonaws.com"}
    (mail,) = of_type(template, "SNS::Subscription").values()
    assert (mail["TopicArn"], mail["Endpoint"]) == ({"Ref": "Alarms"}, {"Ref": "AlarmEmail"})


@pytest.mark.parametrize("function", EVERY_FUNCTION.values(), ids=lambda function: function.name)
def test_the_dashboard_shows_every_function(template: Template, function: Any) -> None:
    (dashboard,) = of_type(template, "CloudWatch::Dashboard").values()
    drawn = json.loads(filled(dashboard["DashboardBody"], template))
    assert f'"town-{function.name}"' in json.dumps(drawn)


def test_the_dashboard_draws_metrics_that_exist(template: Template) -> None:
    (dashboard,) = of_type(template, "CloudWatch::Dashboard").values()
    drawn = json.loads(filled(dashboard["DashboardBody"], template))
    filters = filled(list(of_type(template, "Logs::MetricFilter").values()), template)
    written = {made["MetricName"] for one in filters for made in one["MetricTransformations"]}
    shown = set()
    for widget in drawn["widgets"]:
        ours = False
        for line in widget["properties"]["metrics"]:
            ours = line[0] == "town" or (line[0] == "." and ours)
            shown |= {line[1]} if ours else set()
    assert shown
    assert shown <= written
