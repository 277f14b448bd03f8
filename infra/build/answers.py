"""API Gateway's own answers to requests that never reach the portal: the same words as the portal's error pages."""

from html import escape
from typing import Any

from chalicelib.french.words import typeset
from chalicelib.rules.errors import NotFound, Unavailable
from chalicelib.web.forms import TooLarge
from chalicelib.web.layout import PLAIN_COLOUR
from chalicelib.web.refusals import KINDS, Refusal

NOT_READ = Refusal(
    400, "Demande illisible", "Ce site n'a pas compris ce que votre navigateur a envoyé. Ouvrez de nouveau la page."
)
BUSY = Refusal(
    429,
    "Beaucoup de familles se connectent en ce moment",
    "Le portail fait patienter quelques secondes. Attendez un peu, puis rechargez la page : rien n'est perdu.",
)
ANSWERS = {
    "MISSING_AUTHENTICATION_TOKEN": KINDS[NotFound],
    "RESOURCE_NOT_FOUND": KINDS[NotFound],
    "THROTTLED": BUSY,
    "QUOTA_EXCEEDED": BUSY,
    "REQUEST_TOO_LARGE": KINDS[TooLarge],
    "WAF_FILTERED": NOT_READ,
    "INTEGRATION_FAILURE": KINDS[Unavailable],
    "INTEGRATION_TIMEOUT": KINDS[Unavailable],
    "DEFAULT_4XX": NOT_READ,
    "DEFAULT_5XX": KINDS[Unavailable],
}
STYLE = (
    "body{margin:0 auto;max-width:40rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif;color:#1b1e23;background:#fff}"
    f"h1{{font-size:1.4rem;border-top:6px solid {PLAIN_COLOUR};padding-top:1rem}}"
)


def gateway_responses() -> dict[str, Any]:
    """SAM's GatewayResponses. Their page is for nobody in particular, is never kept, and runs nothing."""
    return {
        kind: {
            "StatusCode": answer.status,
            "ResponseParameters": {
                "Headers": {
                    "Content-Type": "'text/html; charset=utf-8'",
                    "Cache-Control": "'no-store'",
                    "X-Content-Type-Options": "'nosniff'",
                    "Strict-Transport-Security": "'max-age=31536000'",
                }
            },
            "ResponseTemplates": {"application/json": page(answer)},
        }
        for kind, answer in ANSWERS.items()
    }


def page(answer: Refusal) -> str:
    heading, sentence = escape(typeset(answer.heading)), escape(typeset(answer.sentence))
    return (
        '<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{heading}</title><style>{STYLE}</style></head><body><main><h1>{heading}</h1><p>{sentence}</p>"
        "</main></body></html>"
    )
