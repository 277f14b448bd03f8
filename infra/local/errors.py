"""API Gateway's own answers (unknown path, body too long) in the house style, as GatewayResponses give them."""

from chalice.app import Chalice

from chalicelib.rules.errors import NotFound
from chalicelib.web.answers import Answer
from chalicelib.web.forms import NotAForm, TooLarge
from chalicelib.web.routes import Section
from chalicelib.web.site_map import NOT_READ
from chalicelib.web.visit import Visit
from infra.local.gateway import Context, Refusal, Request, Response, event_of, response_of

PATTERN = "/-/{status}"
KINDS = {404: NotFound, 413: TooLarge}
"""The error whose page fits best; any other status is for a request that no browser sends."""


def house_errors(app: Chalice) -> Refusal:
    """Give the app a hidden route that fails as asked, and return the function that calls it. HTTP cannot reach it."""
    section = Section(__name__)

    @section.get(PATTERN, session=NOT_READ)
    def fail(visit: Visit, status: str) -> Answer:  # noqa: ARG001 - every view has this shape
        raise KINDS.get(int(status), NotAForm)("gateway")

    app.register_blueprint(section.blueprint())

    def refusal(status: int) -> Response:
        path = PATTERN.replace("{status}", str(status))
        request = Request("GET", path, [("Accept", "text/html")], b"", "127.0.0.1")
        answer = response_of(app(event_of(request, path, "", PATTERN, {"status": str(status)}), Context()))
        return Response(status, answer.headers, answer.body)

    return refusal
