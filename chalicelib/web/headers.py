"""The headers of every answer: what a browser may do with it, and where it may be kept."""

YEAR_SECONDS = 365 * 24 * 3600
FOR_EVER = f"public, max-age={YEAR_SECONDS}, immutable"


def of_page(style_source: str, *, local: bool, private: bool) -> dict[str, str]:
    """Headers of an HTML page. ``style_source`` (a CSP hash) allows its only style. No search engine may list a page
    that its address alone opens."""
    return {
        **_common(local),
        **({"X-Robots-Tag": "noindex"} if private else {}),
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store" if private else "no-cache",
        "Content-Security-Policy": (
            f"default-src 'none'; script-src 'self'; style-src {style_source}; img-src data:; connect-src 'self'; "
            "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        ),
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }


def of_redirect(to: str, *, local: bool, signed_out: bool = False) -> dict[str, str]:
    """Headers of a 303. Signing out empties the storage of this origin, where drafts are kept.

    ``Clear-Site-Data: "cookies"`` would empty the cookies of the town's whole domain, so our cookie is removed by name.
    """
    sent = {**_common(local), "Location": to, "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
    return {**sent, "Clear-Site-Data": '"storage"'} if signed_out else sent


def of_raw(content_type: str, cache: str, *, local: bool) -> dict[str, str]:
    return {**_common(local), "Content-Type": content_type, "Cache-Control": cache}


def _common(local: bool) -> dict[str, str]:
    common = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    # A browser that was once told that 127.0.0.1 is HTTPS only would refuse every local server.
    return common if local else {**common, "Strict-Transport-Security": f"max-age={YEAR_SECONDS}"}
