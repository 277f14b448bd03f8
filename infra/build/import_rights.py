"""What the functions that Chalice does not package may do; ``import_function`` and ``certificate_function`` have the
rest of them."""

from collections.abc import Mapping

from infra.build.function import Function

BESIDE_CHALICE: Mapping[str, Function] = {
    "ImportFiles": Function(
        "import-files",
        {
            "families": ("BatchWriteItem", "ConditionCheckItem", "GetItem", "Query", "Scan", "UpdateItem"),
            "invoices": ("BatchGetItem", "GetItem", "PutItem", "Query", "UpdateItem"),
            "invoices/index/listed": ("Query",),
            "journal": ("PutItem", "Query"),
            "logins": ("BatchWriteItem", "Query", "Scan"),
            "outbox": ("BatchGetItem", "DeleteItem", "PutItem", "Query", "UpdateItem"),
            "payments": ("BatchGetItem", "GetItem", "PutItem", "Query", "UpdateItem"),
            "places": ("BatchGetItem", "UpdateItem"),
            "planning": ("Query", "UpdateItem"),
            "planning/index/by-day": ("Query",),
            "town": ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "UpdateItem"),
        },
        folders={
            "depot": ("DeleteObject", "DeleteObjectVersion", "GetObject", "GetObjectVersion"),
            "annuaire": ("GetObject", "PutObject"),
            "courant": ("GetObject", "PutObject"),
            "en-attente": ("DeleteObject", "GetObject", "PutObject"),
            "factures": ("GetObject", "PutObject"),
            "rejetes": ("GetObject", "PutObject"),
            "traites": ("GetObject", "PutObject"),
        },
        at_once=1,
        waits=True,
    ),
    "MakeCertificates": Function(
        "make-certificates",
        {
            "families": ("GetItem", "PutItem", "Scan"),
            "invoices": ("BatchGetItem", "Query"),
            "outbox": ("BatchGetItem", "PutItem"),
            "town": ("GetItem", "UpdateItem"),
        },
        folders={"attestations": ("PutObject",)},
        at_once=1,
        waits=True,
    ),
}
"""Functions that Chalice does not know: they have a zip of their own (see ``beside``)."""
