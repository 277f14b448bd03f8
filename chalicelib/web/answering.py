"""From a view's answer, or from an error, to the HTTP response: it is always HTML, in French."""

import traceback
from collections.abc import Sequence
from urllib.parse import quote

from chalice.app import Response

from chalicelib.french.words import typeset
from chalicelib.rules.errors import Unavailable
from chalicelib.web import headers
from chalicelib.web.answers import Answer, Page, Raw, Redirect
from chalicelib.web.layout import layout
from chalicelib.web.refusals import ANYTHING_ELSE, IF_IT_LASTS, NOTHING_LOST, Refusal, aftermath, refusal_of
from chalicelib.web.rendering import render
from chalicelib.web.site_map import Route, WhereSaved
from chalicelib.web.visit import Visit


def path_of(visit: Visit) -> str:
    """The requested path, without the stage's prefix. Chalice's own path is the pattern of the route."""
    path = str(visit.request.context.get("path", ""))
    return path.removeprefix(visit.portal.settings.base_path)


def failed(visit: Visit, fault: Exception, route: Route) -> Response:
    refusal = refusal_of(fault)
    facts = {"request_id": _request_id(visit), "path": visit.request.path, "kind": type(fault).__name__}
    if refusal is ANYTHING_ELSE:
        visit.portal.report("page.failed", **facts, trace="".join(traceback.format_exception(fault)))
    else:
        visit.portal.report(
            "page.refused", **facts, status=refusal.status, slug=str(fault.args[0]) if fault.args else ""
        )
    if route.is_repeatable and isinstance(fault, Unavailable):
        held = [*visit.form.fields.items(), *(("c", cell) for cell in visit.form.cells)]
        return answered(visit, once_more(visit, refusal, visit.url(path_of(visit)), held))
    return refused(visit, refusal)


def once_more(visit: Visit, refusal: Refusal, action: str, fields: Sequence[tuple[str, str]]) -> Page:
    """A page with the form, all that it held, and a button: the parent does not have to tick anything again."""
    words = {
        "heading": typeset(refusal.heading),
        "sentence": typeset(refusal.sentence),
        "nothing_lost": typeset(NOTHING_LOST),
        "if_it_lasts": typeset(IF_IT_LASTS),
        "action": action,
        "fields": fields,
        "request_id": _request_id(visit),
    }
    return Page("errors/again.html", words, refusal.heading, refusal.status, help_section="")


def refused(visit: Visit, refusal: Refusal) -> Response:
    visit.believe_the_cookie()
    posted = visit.request.method == "POST"
    where_saved = visit.route.where_saved if visit.route else WhereSaved.IN_HISTORY
    words = {
        "heading": typeset(refusal.heading),
        "sentence": typeset(refusal.sentence),
        "aftermath": typeset(aftermath(refusal.status, where_saved)) if posted else "",
        "request_id": _request_id(visit) if refusal.status >= 500 else "",
    }
    return answered(visit, Page("errors/refusal.html", words, refusal.heading, refusal.status, help_section=""))


def _request_id(visit: Visit) -> str:
    return str(getattr(visit.request.lambda_context, "aws_request_id", ""))


def answered(visit: Visit, answer: Answer) -> Response:
    local = visit.portal.settings.local
    if isinstance(answer, Redirect):
        sent = headers.of_redirect(quote(answer.to, safe="/?&=%~:+"), local=local, signed_out=answer.signed_out)
        body, status = "", 303
    elif isinstance(answer, Raw):
        sent = headers.of_raw(answer.content_type, answer.cache, local=local)
        body, status = answer.body, answer.status
    else:
        frame = layout(visit, answer)
        private = answer.private or visit.session is not None or answer.status != 200
        sent = headers.of_page(frame["style"].source, local=local, private=private)
        body, status = render(answer.template, {**frame, **answer.context}), answer.status
    cookies = {"Set-Cookie": list(visit.cookies.values())} if visit.cookies else {}
    return Response(body, {**sent, **cookies}, status)
