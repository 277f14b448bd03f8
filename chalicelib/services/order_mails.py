"""The e-mails of the kitchen's orders: made from the order as it was written, at the moment when they are sent.

So the outbox keeps no figures and no names, and an e-mail that is sent again says the same.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date

from chalicelib.french.words import day_words, plural
from chalicelib.rules.instants import instant_of, instant_text
from chalicelib.rules.kitchen import OrderId
from chalicelib.rules.order_counts import NamedChild, OrderVersion
from chalicelib.services.mail_ports import Attachment, Mail, MailRenderer, RenderedMail
from chalicelib.services.mails import KITCHEN_ORDER, order_trouble
from chalicelib.services.order_ports import OrderRef, OrderSheet, OrderStore, SheetRenderer
from chalicelib.services.order_words import NO_SITTING, file_name, sheet_of
from chalicelib.services.outgoing_ports import DirectoryStore
from chalicelib.services.ports import Report, TownStore


class RenderMails:
    """``MailRenderer`` of all e-mails: those of orders get their figures and their files, the others pass through."""

    def __init__(
        self,
        *,
        words: MailRenderer,
        orders: OrderStore,
        directory: DirectoryStore,
        csv: Callable[[OrderVersion], bytes],
        pdf: SheetRenderer,
        town: TownStore,
    ) -> None:
        self.words = words
        self.orders = orders
        self.directory = directory
        self.csv = csv
        self.pdf = pdf
        self.town = town

    def render(self, mail: Mail) -> RenderedMail:
        """Raises LookupError, also for an order that is no longer kept; Unavailable."""
        return self._order(mail) if mail.kind == KITCHEN_ORDER else self.words.render(mail)

    def _order(self, mail: Mail) -> RenderedMail:
        kept = self.orders.find(_ref_of(mail))
        if kept is None or kept.version is None:
            raise LookupError(f"mail {mail.kind}: its order is not kept any more")
        version = kept.version
        sheet, named = sheet_of(version), list(self._names(self.orders.named(kept.ref)))
        facts = {
            **mail.facts,
            "title": sheet.title,
            "moved": _moved(sheet) if version.compared else "",
            "figures_of": sheet.figures_of,
            "compared": sheet.compared,
            "changes": "\n".join(f"- {line}" for line in sheet.changes),
            "figures": "\n".join(_lines(sheet)).strip(),
            "named": "\n".join(named),
        }
        rendered = self.words.render(replace(mail, facts=facts))
        pdf = self.pdf(sheet, named, self.town.current().name, version.at)
        return replace(
            rendered,
            attachments=(
                Attachment(file_name(version, "csv"), "text/csv", self.csv(version)),
                Attachment(file_name(version, "pdf"), "application/pdf", pdf),
            ),
        )

    def _names(self, named: Iterable[NamedChild]) -> Iterator[str]:
        """Children that left the lists since are not named any more."""
        listed = list(named)
        children = self.directory.read().children if listed else {}
        town = self.town.current()
        for one in listed:
            child = children.get(one.child)
            if child:
                school = town.schools.get(child.school)
                where = ", ".join(
                    (school.label if school else child.school, child.class_name, one.sitting or NO_SITTING)
                )
                diet = f" – {town.diet_label(child.diet)}" if child.diet else ""
                yield f"{day_words(one.day)} – {child.first_name} {child.last_name} ({where}){diet}"


class OrderTroubles:
    """What ``SendOutbox`` asks when an e-mail does not leave: the office is told of an order."""

    def __init__(self, *, town: TownStore, report: Report) -> None:
        self.town = town
        self.report = report

    def __call__(self, mail: Mail, what: str) -> Mail | None:
        """The same mail and trouble give the same e-mail, due when the order was."""
        if mail.kind != KITCHEN_ORDER:
            return None
        ref, town = _ref_of(mail), self.town.current()
        self.report("order.not_sent", level="error", order=ref.order, at=instant_text(ref.at), why=what)
        label = next((order.label for order in town.orders if order.id == ref.order), str(ref.order))
        return order_trouble(ref.order, label, ref.at, town.office.email, what, kitchen=mail.to, now=mail.due_at)


def _ref_of(mail: Mail) -> OrderRef:
    facts = mail.facts
    return OrderRef(OrderId(facts["order"]), date.fromisoformat(facts["first"]), instant_of(facts["at"]))


def _moved(sheet: OrderSheet) -> str:
    return plural(len(sheet.changes), "changement", "changements") if sheet.changes else "rien n’a changé"


def _lines(sheet: OrderSheet) -> Iterator[str]:
    for day in sheet.days:
        yield f"\n{day.title}"
        for school in day.schools:
            yield f"- {school.title}"
            yield from (f"  · {line}" for line in school.lines)
