"""The function that imports dropped files: what wakes it, what it is given, and who may write where it looks."""

from fnmatch import fnmatchcase
from typing import Any

from infra.build.import_function import DISK, MEMORY, SECONDS
from tests.template.reading import Template, filled, of_type

FUNCTION = "ImportFiles"
BUCKET = "town-documents-123456789012"


def rules(template: Template) -> list[dict[str, Any]]:
    found = of_type(template, "Events::Rule").values()
    return [one for one in found if one["Targets"][0]["Arn"] == {"Fn::GetAtt": [FUNCTION, "Arn"]}]


def test_only_what_is_dropped_and_the_clock_wake_it(template: Template) -> None:
    by_event, by_clock = sorted(rules(template), key=lambda one: "ScheduleExpression" in one)
    assert by_clock["ScheduleExpression"] == "rate(5 minutes)"
    pattern = filled(by_event["EventPattern"], template)
    assert pattern["detail-type"] == ["Object Created"]
    assert pattern["detail"] == {"bucket": {"name": [BUCKET]}, "object": {"key": [{"prefix": "depot/"}]}}
    (bucket,) = of_type(template, "S3::Bucket").values()
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    allowed = [
        one for one in of_type(template, "Lambda::Permission").values() if one["FunctionName"] == {"Ref": FUNCTION}
    ]
    assert {one["Principal"] for one in allowed} == {"events.amazonaws.com"}
    assert len({str(one["SourceArn"]) for one in allowed}) == 2


def test_what_it_writes_wakes_it_never(template: Template) -> None:
    """It may not write into the folder that wakes it: no file of its own can come back to it."""
    (policy,) = template["Resources"][f"{FUNCTION}Role"]["Properties"]["Policies"]
    for statement in filled(policy["PolicyDocument"]["Statement"], template):
        if "s3:PutObject" in statement["Action"]:
            assert not fnmatchcase(f"arn:aws:s3:::{BUCKET}/depot/x", statement["Resource"])


def test_it_has_the_time_and_the_room_for_a_big_town(template: Template) -> None:
    function = template["Resources"][FUNCTION]["Properties"]
    assert (function["Timeout"], function["MemorySize"]) == (SECONDS, MEMORY) == (900, 3008)
    dropped = template["Parameters"]["DropMegabytes"]
    assert function["EphemeralStorage"] == {"Size": DISK}
    assert dropped["Default"] * (1 + 2 * 5) < DISK, "the zip, what comes out of it, and its lists in SQLite"
    assert function["ReservedConcurrentExecutions"] == 1
    assert function["Handler"] == "chalicelib.drops.receive"


def test_a_software_may_only_drop_and_says_no_word(template: Template) -> None:
    (policy,) = of_type(template, "IAM::ManagedPolicy").values()
    statements = filled(policy["PolicyDocument"]["Statement"], template)

    def may(action: str, key: str) -> bool:
        arn, told = f"arn:aws:s3:::{BUCKET}/{key}", []
        for one in statements:
            actions, resources = ([x] if isinstance(x, str) else x for x in (one["Action"], one["Resource"]))
            if any(fnmatchcase(action, x) for x in actions) and any(fnmatchcase(arn, x) for x in resources):
                told.append(one["Effect"])
        return told == ["Allow"]

    assert may("s3:PutObject", "depot/enfants.csv")
    assert not may("s3:PutObject", "depot/accepter/enfants.csv")
    assert not may("s3:PutObject", "depot/annuler/enfants.csv")
    for key in ("factures/f-1/1.pdf", "courant/enfants.csv", "traites/x/enfants.csv"):
        assert not may("s3:PutObject", key)
    for action in ("s3:GetObject", "s3:ListBucket", "s3:DeleteObject"):
        assert not may(action, "depot/enfants.csv")


def test_files_with_codes_do_not_stay_for_ever(template: Template) -> None:
    (bucket,) = of_type(template, "S3::Bucket").values()
    rules = [one for one in bucket["LifecycleConfiguration"]["Rules"] if "ExpirationInDays" in one]
    kept = {one["Prefix"]: one["ExpirationInDays"] for one in rules}
    assert kept.items() >= {"traites/": 90, "rejetes/": 90}.items()


def test_the_pages_read_invoices_and_no_list(template: Template) -> None:
    (policy,) = template["Resources"]["APIHandlerRole"]["Properties"]["Policies"]
    reads = [
        one["Resource"]
        for one in filled(policy["PolicyDocument"]["Statement"], template)
        if "s3:GetObject" in one["Action"]
    ]
    assert reads == [f"arn:aws:s3:::{BUCKET}/{folder}/*" for folder in ("attestations", "factures")]
