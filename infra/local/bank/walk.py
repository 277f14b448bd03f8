"""A parent's walk through the bank: recapitulation, means, card or debit, authentication, confirmation, ticket."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from chalicelib.rules.money import Cents, in_words
from chalicelib.rules.school_calendar import paris_day
from infra.local.bank import pages
from infra.local.bank.cards import BENDS, CARDS, LABELS, CardRefused, Fate, fate_of
from infra.local.bank.notify import Notifier
from infra.local.bank.operations import TECHNICAL, Ledger, Operation, Unusable
from infra.local.bank.orders import LABELS as CODES
from infra.local.bank.orders import BadOrder, check_debt, read_order
from infra.local.bank.soap import Clients
from infra.local.gateway import Request, Response

CARD, DEBIT = "CARTE BANCAIRE", "PRÉLÈVEMENT UNIQUE"
MEANS = {
    "cb": "Carte CB",
    "visa": "Carte Visa",
    "mastercard": "Carte Mastercard",
    "prelevement": "Prélèvement unique sur un compte bancaire",
}
ENDS = {
    "P": ("Paiement enregistré", "Votre paiement est enregistré."),
    "V": ("Prélèvement enregistré", "Votre paiement est enregistré : le prélèvement sera présenté à votre banque."),
    "R": ("Paiement refusé", "Le paiement a été refusé. Vous n'avez pas été débité."),
    "Z": ("Prélèvement refusé", "Le prélèvement a été refusé. Vous n'avez pas été débité."),
    "A": ("Paiement annulé", "Vous avez annulé le paiement. Vous n'avez pas été débité."),
}
UNKNOWN_END = ("Résultat non connu", "Un incident empêche d'afficher le résultat. Ne recommencez pas tout de suite.")
ABANDONED_FOR = timedelta(seconds=90)
"""After how long the card that abandons pays all the same: the real service allows two minutes."""
CARD_ENDS = {Fate.NOT_AUTHENTICATED: "R", Fate.REFUSED: "R", Fate.TECHNICAL: TECHNICAL}
View = Callable[["Walk", Mapping[str, str]], Response]


class Walk:
    """The pages below ``/tpa``, except the service's."""

    def __init__(self, ledger: Ledger, notifier: Notifier, clients: Clients) -> None:
        self._ledger = ledger
        self._notifier = notifier
        self._clients = clients

    def __call__(self, request: Request) -> Response | None:
        """The answer, or None when there is no such page."""
        path = request.target.partition("?")[0]
        if request.method == "GET" and path == "/tpa/paiement.web":
            return self._open_by_address(request)
        view = VIEWS.get((request.method, path))
        if view is None:
            return None
        fields = pages.form(request) if request.method == "POST" else dict(pages.query(request))
        try:
            return view(self, fields)
        except Unusable as unusable:
            return self._unusable(unusable.args[0], fields.get("op", fields.get("idop", "")))

    def _open_by_address(self, request: Request) -> Response:
        """URL mode: the order comes in the parent's own request."""
        found = pages.query(request)
        fields = {name.lower(): value for name, value in found}
        if len(fields) != len(found):
            return pages.oops(400, "Demande refusée", "Un paramètre est répété.")
        try:
            order = read_order(fields, "url", self._ledger, self._clients)
            check_debt(order, self._ledger)
        except BadOrder as bad:
            code = bad.args[0]
            return pages.oops(400, "Demande refusée", f"{CODES[code]} ({code})")
        return pages.see(f"/tpa/recapitulatif?op={self._ledger.create(order).key}")

    def _recap_by_idop(self, fields: Mapping[str, str]) -> Response:
        operation = self._ledger.get(fields.get("idop", ""))
        if operation.order.mode != "ws":
            raise Unusable("P1")
        return self._recap({"op": operation.key})

    def _recap(self, fields: Mapping[str, str]) -> Response:
        operation = self._payable(fields)
        self._ledger.note(operation.key, "page de paiement affichée")
        return pages.page("recap.html", **self._shown(operation))

    def _choice(self, fields: Mapping[str, str]) -> Response:
        return pages.page("choice.html", operation=self._payable(fields), means=MEANS, errors={})

    def _choose(self, fields: Mapping[str, str]) -> Response:
        operation, means = self._payable(fields), fields.get("moyen")
        if means not in MEANS:
            errors = {"moyen": "Choisissez un moyen de paiement."}
            return pages.page("choice.html", 422, operation=operation, means=MEANS, errors=errors)
        return pages.see(f"/tpa/{'prelevement' if means == 'prelevement' else 'carte'}?op={operation.key}")

    def _card(self, fields: Mapping[str, str]) -> Response:
        return self._card_page(self._payable(fields), {})

    def _card_page(self, operation: Operation, errors: Mapping[str, str]) -> Response:
        shown = {
            "cards": {number: LABELS[fate] for number, fate in CARDS.items()},
            "today": paris_day(self._ledger.now()),
        }
        return pages.page("card.html", 422 if errors else 200, errors=errors, **shown, **self._shown(operation))

    def _give_card(self, fields: Mapping[str, str]) -> Response:
        """Take a card. Nothing of it is kept: the next page gets only what its number stands for."""
        operation, errors = self._payable(fields), self._card_errors(fields)
        try:
            fate = fate_of(fields.get("numero", ""))
        except CardRefused as refused:
            errors = {"numero": str(refused), **errors}
        if errors:
            return self._card_page(operation, errors)
        return pages.see(f"/tpa/authentification?op={operation.key}&essai={fate.value}")

    def _card_errors(self, fields: Mapping[str, str]) -> dict[str, str]:
        errors, today = {}, paris_day(self._ledger.now())
        ends = f"{fields.get('annee', '')}-{fields.get('mois', '')}"
        if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", ends) or ends < f"{today:%Y-%m}":
            errors["mois"] = "La carte est expirée, ou sa date n'est pas lisible."
        if not re.fullmatch(r"[0-9]{3}", fields.get("cvv", "")):
            errors["cvv"] = "Le cryptogramme a 3 chiffres."
        return errors

    def _code(self, fields: Mapping[str, str]) -> Response:
        return self._code_page(fields, {})

    def _code_page(self, fields: Mapping[str, str], errors: Mapping[str, str]) -> Response:
        operation, fate = self._payable(fields), _fate(fields)
        return pages.page("code.html", 422 if errors else 200, operation=operation, fate=fate, errors=errors)

    def _give_code(self, fields: Mapping[str, str]) -> Response:
        fate, code = _fate(fields), fields.get("code", "")
        if not re.fullmatch(r"[0-9]{4}", code):
            return self._code_page(fields, {"code": "Le code a 4 chiffres."})
        key, options = fields.get("op", ""), self._ledger.options
        if code != "0000" and fate is Fate.ABANDONED_THEN_PAID:
            self._ledger.abandon(key, ABANDONED_FOR, CARD)
            return pages.see(f"/tpa/fin?op={key}")
        unknown = options.unknown_letter if fate is Fate.UNKNOWN_LETTER else "P"
        letter = "R" if code == "0000" else CARD_ENDS.get(fate, unknown)
        paid = letter == "P"
        if paid and fate in BENDS:
            self._ledger.bend(key, *BENDS[fate])
        late = timedelta(seconds=options.late_after if paid and fate is Fate.LATE else 0)
        extra = options.other_amount if paid and fate is Fate.OTHER_AMOUNT else 0
        return self._finish(fields, letter, CARD, extra=extra, late=late)

    def _debit(self, fields: Mapping[str, str]) -> Response:
        return pages.page("debit.html", errors={}, **self._shown(self._payable(fields)))

    def _give_account(self, fields: Mapping[str, str]) -> Response:
        letter = {"accepte": "V", "refuse": "Z"}.get(fields.get("compte", ""))
        if letter is None:
            errors = {"compte": "Choisissez une identité fictive."}
            return pages.page("debit.html", 422, errors=errors, **self._shown(self._payable(fields)))
        return self._finish(fields, letter, DEBIT)

    def _cancel(self, fields: Mapping[str, str]) -> Response:
        return self._finish(fields, "A", "")

    def _finish(
        self, fields: Mapping[str, str], letter: str, means: str, extra: int = 0, late: timedelta = timedelta()
    ) -> Response:
        key = fields.get("op", "")
        try:
            self._ledger.finish(key, letter, extra=extra, late=late, means=means)
        except Unusable as unusable:
            if unusable.args[0] != "P3":
                raise
            return pages.see(f"/tpa/fin?op={key}")  # Pressed twice, or another window was first: show what was kept.
        if letter in {"P", "V"} and not late:
            self._mail_ticket(self._ledger.get(key))
        return pages.see(f"/tpa/fin?op={key}")

    def _end(self, fields: Mapping[str, str]) -> Response:
        operation = self._ended(fields)
        heading, sentence = self._words(operation)
        back = f"/tpa/fermer?op={operation.key}" if operation.order.mode == "url" else self._back(operation)
        paid = operation.settled and self._known(operation)
        shown = self._shown(operation)
        return pages.page("end.html", heading=heading, sentence=sentence, back=back, paid=paid, **shown)

    def _ticket(self, fields: Mapping[str, str]) -> Response:
        operation = self._ended(fields)
        if not (operation.settled and self._known(operation)):
            raise Unusable("P5")
        return pages.page("ticket.html", **self._shown(operation))

    def _close(self, fields: Mapping[str, str]) -> Response:
        operation = self._ended(fields)
        self._notifier.on_return(operation.key)
        heading, sentence = self._words(operation)
        return pages.page("close.html", heading=heading, sentence=sentence, **self._shown(operation))

    def _return(self, fields: Mapping[str, str]) -> Response:
        operation = self._ended(fields)
        self._notifier.on_return(operation.key)
        return pages.see(_with_idop(operation))

    def _close_script(self, _: Mapping[str, str]) -> Response:
        return pages.script(pages.CLOSE)

    def _payable(self, fields: Mapping[str, str]) -> Operation:
        return self._ledger.payable(fields.get("op", ""))

    def _ended(self, fields: Mapping[str, str]) -> Operation:
        operation = self._ledger.get(fields.get("op", ""))
        if operation.outcome is None:
            raise Unusable("P5")
        return operation

    def _known(self, operation: Operation) -> bool:
        return operation.outcome is not None and operation.outcome.at <= self._ledger.now()

    def _words(self, operation: Operation) -> tuple[str, str]:
        letter = operation.outcome.letter if operation.outcome and self._known(operation) else ""
        return ENDS.get(letter, UNKNOWN_END)

    def _shown(self, operation: Operation) -> dict[str, Any]:
        return {"operation": operation, "labels": self._clients[operation.order.numcli]}

    def _back(self, operation: Operation) -> str:
        """A plain link to the portal, unless the bank has to notice that the parent leaves."""
        if self._ledger.options.notify == "after":
            return f"/tpa/retour?op={operation.key}"
        return _with_idop(operation)

    def _mail_ticket(self, operation: Operation) -> None:
        order, outcome = operation.order, operation.outcome
        if outcome is None:
            return
        lines = [
            f"Collectivité : {self._clients[order.numcli][0]}",
            f"Référence de la dette : {order.refdet}",
            f"Date / Heure : {pages.paris(outcome.at)}",
            f"Moyen de paiement : {outcome.means}",
            f"Montant : {in_words(Cents(outcome.montant))}",
            f"Numéro d'autorisation : {outcome.numauto}",
            "Ce ticket ne vaut pas quittance. SIMULATEUR : aucun paiement réel.",
        ]
        self._ledger.mail(order.mel, f"Ticket de paiement - Référence : {order.refdet}", "\n".join(lines))

    def _unusable(self, code: str, key: str) -> Response:
        try:
            operation = self._ledger.get("" if code == "P1" else key)
        except Unusable:
            return pages.oops(404, "Paiement inconnu", f"{CODES['P1']} (P1)")
        back = _with_idop(operation) if operation.order.mode == "ws" and code != "P5" else ""
        return pages.oops(409, "Page indisponible", f"{CODES[code]} ({code})", back)


VIEWS: Mapping[tuple[str, str], View] = {
    ("GET", "/tpa/paiementws.web"): Walk._recap_by_idop,
    ("GET", "/tpa/recapitulatif"): Walk._recap,
    ("GET", "/tpa/choix"): Walk._choice,
    ("POST", "/tpa/choix"): Walk._choose,
    ("GET", "/tpa/carte"): Walk._card,
    ("POST", "/tpa/carte"): Walk._give_card,
    ("GET", "/tpa/authentification"): Walk._code,
    ("POST", "/tpa/authentification"): Walk._give_code,
    ("GET", "/tpa/prelevement"): Walk._debit,
    ("POST", "/tpa/prelevement"): Walk._give_account,
    ("POST", "/tpa/annuler"): Walk._cancel,
    ("GET", "/tpa/fin"): Walk._end,
    ("GET", "/tpa/ticket"): Walk._ticket,
    ("GET", "/tpa/fermer"): Walk._close,
    ("GET", "/tpa/fermer.js"): Walk._close_script,
    ("GET", "/tpa/retour"): Walk._return,
}


def _fate(fields: Mapping[str, str]) -> Fate:
    """What the card given on the page before stands for. Raises Unusable when there was none."""
    try:
        return Fate(fields.get("essai", ""))
    except ValueError:
        raise Unusable("P5") from None


def _with_idop(operation: Operation) -> str:
    back = operation.order.back
    return f"{back}{'&' if '?' in back else '?'}{urlencode({'idop': operation.key})}"
