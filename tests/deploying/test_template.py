"""What no stand-in does is read off the template: what is kept, limited, watched, and said when nobody answers."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.build.answers import ANSWERS
from infra.build.functions import EVERY_FUNCTION, FUNCTIONS
from infra.build.import_rights import BESIDE_CHALICE
from infra.build.metrics import METRICS
from infra.build.sam import CannotBuild, Code, chalice_package, finished
from tests.pages.client import Document, check_french

Template = dict[str, Any]
ROOT = Path(__file__).parents[2]
CFN_LINT = Path(sys.executable).parent / "cfn-lint"


def of_type(template: Template, kind: str) -> dict[str, Any]:
    return {
        name: one.get("Properties", {}) for name, one in template["Resources"].items() if one["Type"] == f"AWS::{kind}"
    }


def test_cfn_lint_has_nothing_to_say(template: Template, tmp_path: Path) -> None:
    path = tmp_path / "template.json"
    path.write_text(json.dumps(template))
    said = subprocess.run([str(CFN_LINT), str(path)], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (0, "")


def test_nothing_is_left_to_expand(template: Template) -> None:
    assert "Transform" not in template
    assert "AWS::Serverless" not in json.dumps(template)
    assert "DefaultRole" not in template["Resources"]
    assert "replaced-by-infra-build" not in json.dumps(template)


def test_every_function_is_the_zip_on_arm64_with_its_log_role_and_dead_letters(template: Template) -> None:
    functions = of_type(template, "Lambda::Function")
    assert functions.keys() == EVERY_FUNCTION.keys()
    for name, one in functions.items():
        key = "portal-0123.zip" if name in FUNCTIONS else "import-0123.zip"
        assert one["Code"] == {"S3Bucket": "artifacts", "S3Key": key}
        assert (one["Architectures"], one["Runtime"]) == (["arm64"], "python3.13")
        assert one["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}
        assert ("DeadLetterConfig" in one) is (name != "APIHandler")
        assert template["Resources"][f"{name}Log"]["Properties"]["RetentionInDays"] == 180
    for name in ("SendOutbox", "NotifyInvoices", "ReconcilePayments", "RecountPlaces", *BESIDE_CHALICE):
        assert functions[name]["ReservedConcurrentExecutions"] == 1


def test_the_functions_are_told_of_the_parameters_and_of_no_secret(template: Template) -> None:
    for one in of_type(template, "Lambda::Function").values():
        variables = one["Environment"]["Variables"]
        assert variables["PORTAL_TABLES"] == {"Ref": "TablePrefix"}
        assert variables["PORTAL_STAGE"] == "prod"
        assert not {"PORTAL_SESSION_SECRET", "PORTAL_PEPPER"} & set(variables)


def test_a_new_version_comes_gradually_and_goes_back_by_itself(template: Template) -> None:
    (group,) = of_type(template, "CodeDeploy::DeploymentGroup").values()
    assert "Canary10Percent5Minutes" in json.dumps(group["DeploymentConfigName"])
    assert {one["Name"]["Ref"] for one in group["AlarmConfiguration"]["Alarms"]} == {
        "ApiErrorsAlarm",
        "APIHandlerErrorsAlarm",
    }
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    (api,) = of_type(template, "ApiGateway::RestApi").values()
    uris = re.findall(r"functions/\$\{(\w+)", json.dumps(api["Body"]))
    assert set(uris) == {"APIHandlerAliaslive"}, "API Gateway calls the alias, not the newest code"
    permission = template["Resources"]["APIHandlerInvokePermission"]["Properties"]
    assert permission["FunctionName"] == {"Ref": "APIHandlerAliaslive"}


def test_sign_in_and_notification_are_limited_more_than_the_rest(template: Template) -> None:
    (stage,) = of_type(template, "ApiGateway::Stage").values()
    limits = {(one["ResourcePath"], one["HttpMethod"]): one["ThrottlingRateLimit"] for one in stage["MethodSettings"]}
    assert limits == {
        ("/*", "*"): {"Ref": "RequestsPerSecond"},
        ("/", "POST"): {"Ref": "SignInsPerSecond"},
        ("/~1payfip~1notification", "POST"): 20,
    }
    (api,) = of_type(template, "ApiGateway::RestApi").values()
    assert {"/", "/payfip/notification"} <= set(api["Body"]["paths"])


def test_the_access_log_knows_nobody(template: Template) -> None:
    (stage,) = of_type(template, "ApiGateway::Stage").values()
    written = json.loads(stage["AccessLogSetting"]["Format"])
    assert written["route"] == "$context.resourcePath", "the route's pattern, not the address with its invoice"
    assert not re.search(
        r"identity|sourceIp|userAgent|\$context\.path\b|authorizer", stage["AccessLogSetting"]["Format"]
    )


def test_the_gateway_answers_in_the_house_s_words(template: Template) -> None:
    (api,) = of_type(template, "ApiGateway::RestApi").values()
    answers = api["Body"]["x-amazon-apigateway-gateway-responses"]
    assert answers.keys() == ANSWERS.keys()
    for answer in answers.values():
        page = Document(answer["responseTemplates"]["application/json"])
        check_french(page)
        assert page.one("html").attrs["lang"] == "fr"
        assert not re.search(r"erreur|oups|timeout|gateway|[45]\d\d", page.one("body").text, re.IGNORECASE)
    assert answers["MISSING_AUTHENTICATION_TOKEN"]["statusCode"] == "404"
    assert answers["THROTTLED"]["statusCode"] == "429"


RUNG_BY_SILENCE = {"ExportsMissingAlarm"}
"""Alarms on what should have been said and was not."""


def test_every_alarm_tells_somebody_what_to_do(template: Template) -> None:
    alarms = of_type(template, "CloudWatch::Alarm")
    for name, one in alarms.items():
        assert one["AlarmActions"] == [{"Ref": "Alarms"}], name
        assert len(one["AlarmDescription"]) > 20, name
        silence = "breaching" if name in RUNG_BY_SILENCE else "notBreaching"
        assert one["TreatMissingData"] == silence, name
    watched = {
        *("ApiErrorsAlarm", "ApiLatencyAlarm", "TableThrottlesAlarm", "DeadLettersAlarm", "ImportFailedAlarm"),
        *(f"{name}ErrorsAlarm" for name in EVERY_FUNCTION),
        *(f"{name}ThrottlesAlarm" for name in FUNCTIONS),
        "DropSecondsAlarm",
        *("PaymentsToCheckAlarm", "PaymentsOverpaidAlarm", "ReconciliationBacklogAlarm", "OutboxSecondsAlarm"),
    }
    assert watched <= set(alarms)
    assert of_type(template, "Budgets::Budget")


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_reads_a_line_that_the_code_writes(metric: Any) -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "chalicelib").rglob("*.py"))
    line = re.search(rf'report\(\s*"{re.escape(metric.event)}"(.*?)\)\n', code, re.DOTALL)
    assert line, f"nothing reports {metric.event}"
    if metric.value:
        assert metric.value in line.group(1) or "**asdict(" in line.group(1)


def test_mails_are_signed_watched_and_over_tls(template: Template) -> None:
    (configuration,) = of_type(template, "SES::ConfigurationSet").values()
    assert configuration["DeliveryOptions"] == {"TlsPolicy": "REQUIRE"}
    (events,) = of_type(template, "SES::ConfigurationSetEventDestination").values()
    assert set(events["EventDestination"]["MatchingEventTypes"]) == {"BOUNCE", "COMPLAINT"}
    assert "EventBridgeDestination" in events["EventDestination"]


def test_the_firewall_and_the_domain_are_choices(template: Template) -> None:
    conditions = {name: one.get("Condition") for name, one in template["Resources"].items()}
    assert {conditions[name] for name in ("Firewall", "FirewallOnApi")} == {"HasWaf"}
    assert {conditions[name] for name in ("Domain", "DomainMapping")} == {"HasDomain"}


def test_a_function_that_chalice_gains_needs_its_role() -> None:
    sam = chalice_package("prod")
    del sam["Resources"]["NoteSesEvent"]
    with pytest.raises(CannotBuild, match="NoteSesEvent"):
        finished(sam, "prod", Code("b", "k", "i", "python3.13"))
