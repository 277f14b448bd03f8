"""What a page cannot do without: Chalice, the page's own DynamoDB calls through raw botocore, a constant answer."""

import os
from collections.abc import Sequence
from typing import Any

import botocore.session
from chalice.app import Chalice, Response


def client() -> Any:
    return botocore.session.get_session().create_client(
        "dynamodb", region_name=os.environ["AWS_REGION"], endpoint_url=os.environ["PORTAL_AWS_ENDPOINT"]
    )


def bare_app(dynamodb: Any, calls: Sequence[tuple[str, dict[str, Any]]], page: str) -> Chalice:
    """A Chalice app that answers every method of ``/`` with ``page``, after it has made ``calls``.

    ``calls`` is read at each request: a change of the list changes the next request.
    """
    app = Chalice("bare")

    @app.route("/", methods=["GET", "POST"], content_types=[])
    def answer() -> Response:
        for operation, kwargs in calls:
            dynamodb._make_api_call(operation, kwargs)
        return Response(page, {"Content-Type": "text/html; charset=utf-8"})

    return app
