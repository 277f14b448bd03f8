"""Families that leave the lists while another family takes their codes: most likely one family with a new identifier.

What the portal has of a family is under its identifier. Under the new one it would have neither its invoices nor its
history, and its codes would open the new one alone.
"""

import sqlite3

from chalicelib.values import Value

_TAKEN = """
WITH taken AS (
    SELECT portal.family AS before, portal.key, mine.family AS after
    FROM logins_to_write AS mine JOIN existing_logins AS portal
    ON portal.key = mine.key AND portal.salt = mine.salt AND portal.secret = mine.secret
    UNION
    SELECT portal.family, portal.key, mine.family
    FROM existing_logins AS mine JOIN existing_logins AS portal
    ON portal.key = mine.key AND portal.salt = mine.salt AND portal.secret = mine.secret
)
SELECT before, after, NOT EXISTS (
    SELECT 1 FROM existing_logins AS other WHERE other.family = before
    AND other.key NOT IN (SELECT key FROM taken AS also WHERE also.before = other.family)
)
FROM taken WHERE after IN (SELECT id FROM families) AND before NOT IN (SELECT id FROM families)
GROUP BY before, after ORDER BY before, after
"""


class Renumbered(Value):
    """``closed``: from now on, every code of ``before`` opens ``after``."""

    before: str
    after: str
    closed: bool

    def would_be(self) -> str:
        """The sentence that stops the run."""
        codes = "sans code pour les ouvrir" if self.closed else "que seuls d'autres codes ouvriraient"
        return (
            f"la famille « {self.before} » semble avoir changé d'identifiant (« {self.after} ») : ses factures et son "
            f"historique resteraient sous « {self.before} », {codes} ; gardez l'identifiant « {self.before} »"
        )

    def __str__(self) -> str:
        codes = "et plus aucun code ne les ouvre" if self.closed else "que seuls d'autres codes ouvrent"
        return (
            f"La famille « {self.before} » a changé d'identifiant (« {self.after} ») : ses factures et son historique "
            f"sont sous « {self.before} », {codes}"
        )


def renumbered(lists: sqlite3.Connection) -> list[Renumbered]:
    """Read from the codes that ``LoginWriter.compare`` has compared, before they are written."""
    return [Renumbered(before, after, bool(closed)) for before, after, closed in lists.execute(_TAKEN)]
