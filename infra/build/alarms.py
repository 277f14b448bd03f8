"""Alarms on functions: on what Lambda counts of each, and on what their logs say."""

from collections.abc import Iterator
from typing import Any

from infra.build.function import Function, Resource
from infra.build.metrics import METRICS


def alarms_of(logical: str, function: Function) -> Iterator[tuple[str, Resource]]:
    """Alarms of a function. AWS runs a failed job again, so an error of a job matters only when it lasts; an error of
    the API is a parent's."""
    for metric, words in (
        ("Errors", "fails. Its log says why."),
        ("Throttles", "is not let run: too many at once for what is reserved, or for the account."),
    ):
        if function.waits and metric == "Throttles":
            continue
        yield (
            f"{logical}{metric}Alarm",
            alarm(
                f"{function.name}-{metric.lower()}",
                f"{function.name} {words}",
                namespace="AWS/Lambda",
                metric=metric,
                dimensions=[{"Name": "FunctionName", "Value": {"Fn::Sub": f"${{TablePrefix}}-{function.name}"}}],
                threshold=2 if function.async_ else 5,
            ),
        )


def metrics_of(logical: str) -> Iterator[tuple[str, Resource]]:
    """The figures that are counted in a function's log, and the alarms on them."""
    for one in METRICS:
        if logical not in one.functions:
            continue
        name = "".join(word.capitalize() for word in one.name.split("-"))
        yield f"{logical}{name}Filter", one.filter({"Ref": f"{logical}Log"})
        if one.above is not None and logical == one.functions[0]:
            yield (
                f"{name}Alarm",
                alarm(
                    one.name,
                    one.words,
                    namespace={"Ref": "TablePrefix"},
                    metric=one.name,
                    threshold=one.above,
                    statistic="Maximum" if one.value else "Sum",
                    periods=one.periods,
                    seconds=one.seconds,
                ),
            )


def alarm(
    name: str,
    words: str,
    *,
    namespace: Any,
    metric: str,
    threshold: float,
    dimensions: list[Resource] | None = None,
    statistic: str = "Sum",
    periods: int = 1,
    seconds: int = 300,
) -> Resource:
    """An alarm when ``periods`` times ``seconds`` are above ``threshold``. ``words`` are what the operator reads at 2
    a.m."""
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmName": {"Fn::Sub": f"${{TablePrefix}}-{name}"},
            "AlarmDescription": words,
            "Namespace": namespace,
            "MetricName": metric,
            **({"Dimensions": dimensions} if dimensions else {}),
            "Statistic": statistic,
            "Period": seconds,
            "EvaluationPeriods": periods,
            "DatapointsToAlarm": periods,
            "Threshold": threshold,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [{"Ref": "Alarms"}],
            "OKActions": [{"Ref": "Alarms"}],
        },
    }
