"""One public door: what API Gateway opens, and how many metrics it makes of who comes through."""

from tests.template.reading import Template, of_type


def test_there_is_one_stage(template: Template) -> None:
    """A deployment that names a stage makes it: without limit, log, firewall or alarm, and it signs parents in."""
    (stage,) = of_type(template, "ApiGateway::Stage").values()
    assert stage["StageName"] == "api"
    assert stage["AccessLogSetting"]
    assert stage["MethodSettings"]
    for name, deployment in of_type(template, "ApiGateway::Deployment").items():
        assert not {"StageName", "StageDescription"} & deployment.keys(), name


def test_a_portal_with_a_name_of_its_own_answers_under_no_other(template: Template) -> None:
    (api,) = of_type(template, "ApiGateway::RestApi").values()
    only_with_a_name = {"Fn::If": ["HasDomain", True, False]}
    assert api["DisableExecuteApiEndpoint"] == only_with_a_name
    # API Gateway reads the definition too, and what that says must not be the contrary.
    told = api["Body"]["x-amazon-apigateway-endpoint-configuration"]
    assert told["disableExecuteApiEndpoint"] == only_with_a_name


def test_no_metric_is_paid_for_by_the_method(template: Template) -> None:
    """Detailed metrics are one of each kind for each route, all paid; the alarms look at those of the stage."""
    (stage,) = of_type(template, "ApiGateway::Stage").values()
    assert not [one for one in stage["MethodSettings"] if one.get("MetricsEnabled") or one.get("DataTraceEnabled")]
