"""pynamodb's client of DynamoDB, without the work that botocore and pynamodb do at each call and that nobody needs.

It uses only the hooks that they offer: what nobody reads is not asked, what never changes is computed once, and items
are taken from the JSON as they are. Errors, retries and signatures are botocore's.
"""

import json
from collections.abc import Mapping
from typing import Any

from botocore.config import Config
from botocore.parsers import ResponseParser, ResponseParserFactory
from botocore.session import Session
from pynamodb.connection import Connection

JSON = "json"
"""botocore's name of the protocol that DynamoDB speaks."""
BINARY = (b'"B"', b'"BS"')
"""How a value begins that JSON cannot hold: DynamoDB writes bytes in base64."""


class PlainParser:
    """A parser of botocore's for answers whose JSON is already what botocore would return: items without binary values.

    botocore walks each answer shape by shape, which takes longer than the whole rest of a page. ``whole`` is its parser
    for the other answers and for errors.
    """

    def __init__(self, whole: ResponseParser) -> None:
        self.whole = whole

    def parse(self, response: dict[str, Any], shape: Any) -> Any:
        body: bytes = response["body"]
        if response["status_code"] != 200 or any(mark in body for mark in BINARY):
            return self.whole.parse(response, shape)
        try:
            parsed = json.loads(body)
        except ValueError:
            return self.whole.parse(response, shape)
        headers: Mapping[str, str] = response["headers"]
        parsed["ResponseMetadata"] = {
            "RequestId": headers.get("x-amzn-requestid"),
            "HTTPStatusCode": 200,
            "HTTPHeaders": {name.lower(): value for name, value in headers.items()},
        }
        return parsed


class PlainParsers(ResponseParserFactory):  # type: ignore[misc]
    """One parser for all answers of DynamoDB: botocore would make a new one for each answer."""

    def __init__(self) -> None:
        super().__init__()
        self.plain = PlainParser(super().create_parser(JSON))

    def create_parser(self, protocol_name: str) -> Any:
        return self.plain if protocol_name == JSON else super().create_parser(protocol_name)


class LeanConnection(Connection):
    """A connection that does not ask how much each call consumed: only measurements need it."""

    def get_consumed_capacity_map(self, return_consumed_capacity: str) -> dict[str, Any]:  # noqa: ARG002 - pynamodb's
        return {}


def lighten(session: Session) -> None:
    """Build once what the clients of ``session`` say of themselves, and look for no account in addresses."""
    session.register_component("response_parser_factory", PlainParsers())
    session.set_default_client_config(Config(user_agent=session.user_agent(), account_id_endpoint_mode="disabled"))
