"""In-memory stores that keep the ports' promises, conditions included: ``tests/storage`` checks that they do."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from threading import RLock

from chalicelib.rules.errors import NotFound, StaleWrite, Unavailable
from chalicelib.rules.families import Enrolment, Family
from chalicelib.rules.ids import ChildId, EntryId, FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice, InvoiceLine, Payment
from chalicelib.rules.notices import NoticeSettings
from chalicelib.rules.planning import PlaceKey, Slot, TownDays
from chalicelib.rules.town import Town
from chalicelib.services.mail_ports import Mail
from chalicelib.services.ports import JournalEntry, Limit, Login, PlaceTally
from chalicelib.storage import town_codec

ITEMS = 100
"""DynamoDB's limit of items in one transaction."""


def _aware(*instants: datetime | None) -> None:
    if any(at is not None and at.tzinfo is None for at in instants):
        raise ValueError("a naive instant is refused: say which time zone")


class MemoryTown:
    """``TownStore`` that never changes its mind until a test sets ``town``."""

    def __init__(self, town: Town | None = None) -> None:
        self.town = town
        self._days: TownDays | None = None

    def current(self) -> Town:
        if self.town is None:
            raise Unavailable("town.current: no configuration was imported yet")
        return self.town

    def days(self) -> TownDays:
        if self._days is None or self._days.town is not self.current():
            self._days = TownDays(self.current())
        return self._days


class MemoryFamilies:
    """``FamilyStore``."""

    def __init__(self, families: Iterable[Family] = ()) -> None:
        self.families = {family.id: family for family in families}

    def find(self, family: FamilyId) -> Family | None:
        return self.families.get(family)

    def end_session(self, family: FamilyId, nonce: str, until: datetime) -> None:
        _aware(until)
        found = self.families.get(family)
        if found:
            self.families[family] = replace(found, ended_sessions=found.ended_sessions | {nonce})

    def raise_epoch(self, family: FamilyId) -> int:
        found = self.families[family]
        self.families[family] = replace(found, session_epoch=found.session_epoch + 1)
        return found.session_epoch + 1


class MemoryLogins:
    """``LoginStore``. ``logins``: by key and family."""

    def __init__(self, logins: Iterable[tuple[str, Login]] = ()) -> None:
        self.logins = {(key, login.family): login for key, login in logins}

    def find(self, key: str) -> tuple[Login, ...]:
        return tuple(login for (there, _), login in sorted(self.logins.items()) if there == key)


class MemoryThrottle:
    """``ThrottleStore``."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, int, int], int] = {}
        self._lock = RLock()

    def take(self, limits: Sequence[Limit], now: datetime) -> bool:
        _aware(now)
        with self._lock:
            if any(self.counts.get(self._key(limit, now), 0) >= limit.count for limit in limits):
                return False
            for limit in limits:
                self._move(limit, now, 1)
            return True

    def is_full(self, limits: Sequence[Limit], now: datetime) -> bool:
        _aware(now)
        return any(self.counts.get(self._key(limit, now), 0) >= limit.count for limit in limits)

    def count(self, limits: Sequence[Limit], now: datetime) -> None:
        _aware(now)
        with self._lock:
            for limit in limits:
                self._move(limit, now, 1)

    def give_back(self, limits: Sequence[Limit], now: datetime) -> None:
        _aware(now)
        with self._lock:
            for limit in limits:
                self._move(limit, now, -1)

    def _move(self, limit: Limit, now: datetime, by: int) -> None:
        key = self._key(limit, now)
        self.counts[key] = max(0, self.counts.get(key, 0) + by)

    def _key(self, limit: Limit, now: datetime) -> tuple[str, int, int]:
        return limit.subject, limit.seconds, int(now.timestamp()) // limit.seconds


class MemoryPlannings:
    """``PlanningStore`` and ``PlaceBook``: bookings, journal and counters under one lock."""

    def __init__(self) -> None:
        self.bookings: dict[FamilyId, dict[Slot, str]] = {}
        """Each family's booked slots and their channels."""
        self.journals: dict[FamilyId, dict[EntryId, JournalEntry]] = {}
        self.counters: dict[PlaceKey, PlaceTally] = {}
        self._lock = RLock()

    def booked(self, family: FamilyId, first: date, last: date) -> frozenset[Slot]:
        with self._lock:
            return frozenset(slot for slot in self.bookings.get(family, {}) if first <= slot.day <= last)

    def taken(self, wanted: Iterable[PlaceKey]) -> Mapping[PlaceKey, int]:
        return {key: tally.taken for key, tally in self.tallies(wanted).items()}

    def tallies(self, wanted: Iterable[PlaceKey]) -> Mapping[PlaceKey, PlaceTally]:
        with self._lock:
            return {key: self.counters.get(key, PlaceTally()) for key in wanted}

    def reserve(self, key: PlaceKey, number: int, limit: int) -> None:
        with self._lock:
            if self.counters.get(key, PlaceTally()).taken + number > limit:
                raise StaleWrite("planning.reserve")
            self._move(key, number)

    def save(self, family: FamilyId, entry: JournalEntry) -> None:
        _aware(entry.at, *(refusal.closed_at for refusal in entry.refusals))
        if 1 + len({wish.slot.day for wish in entry.changes}) > ITEMS:
            raise Unavailable("planning.save: more items than a transaction holds")
        with self._lock:
            if self.journals.get(family, {}).get(entry.id) == entry:
                return
            slots = self.bookings.setdefault(family, {})
            if entry.id in self.journals.get(family, {}) or any((w.slot in slots) == w.booked for w in entry.changes):
                raise StaleWrite("planning.save")
            for wish in entry.changes:
                if wish.booked:
                    slots[wish.slot] = entry.channel
                else:
                    del slots[wish.slot]
            self.journals.setdefault(family, {})[entry.id] = entry

    def give_back(self, key: PlaceKey, number: int, found: PlaceTally) -> None:
        with self._lock:
            there = self.counters.get(key, PlaceTally())
            if there.taken >= number and there.recounts == found.recounts:
                self._move(key, -number)

    def bookings_on(self, day: date) -> Iterator[tuple[FamilyId, Slot]]:
        with self._lock:
            every = [(family, slot) for family, booked in self.bookings.items() for slot in booked]
        return (one for one in every if one[1].day == day)

    def set_taken(self, key: PlaceKey, wanted: int, *, found: PlaceTally) -> None:
        with self._lock:
            there = self.counters.get(key, PlaceTally())
            if there.moves != found.moves:
                raise StaleWrite("planning.set_taken")
            self.counters[key] = PlaceTally(wanted, there.moves + 1, there.recounts + 1)

    def entry(self, family: FamilyId, entry: EntryId) -> JournalEntry | None:
        return self.journals.get(family, {}).get(entry)

    def entries(self, family: FamilyId, limit: int, before: EntryId | None = None) -> tuple[JournalEntry, ...]:
        older = (entry for entry in reversed(list(self.journal_of(family))) if before is None or entry.id < before)
        return tuple(entry for _, entry in zip(range(limit), older, strict=False))

    def journal_of(self, family: FamilyId) -> Iterator[JournalEntry]:
        with self._lock:
            return iter(sorted(self.journals.get(family, {}).values(), key=lambda entry: entry.id))

    def _move(self, key: PlaceKey, number: int) -> None:
        there = self.counters.get(key, PlaceTally())
        self.counters[key] = replace(there, taken=there.taken + number, moves=there.moves + 1)


class MemoryIntake:
    """``IntakeStore`` over the other stores: what an import writes, a page reads."""

    def __init__(
        self,
        *,
        families: MemoryFamilies | None = None,
        logins: MemoryLogins | None = None,
        plannings: MemoryPlannings | None = None,
        town: MemoryTown | None = None,
    ) -> None:
        self.families = families or MemoryFamilies()
        self.login_store = logins or MemoryLogins()
        self.plannings = plannings or MemoryPlannings()
        self.town = town or MemoryTown()
        self.versions: dict[datetime, Town] = {}
        self._recount = False
        self._stamps: dict[int, bytes] = {}

    def family_items(self, ids: Iterable[FamilyId]) -> Mapping[FamilyId, Family]:
        return {family: found for family in ids if (found := self.families.find(family))}

    def enrolments(self) -> Iterator[tuple[FamilyId, ChildId, tuple[Enrolment, ...]]]:
        for family in list(self.families.families.values()):
            for child in family.children:
                if child.left is None:
                    yield family.id, child.id, child.enrolments

    def family_ids(self) -> Iterator[FamilyId]:
        return iter(list(self.families.families))

    def put_families(self, families: Iterable[Family]) -> None:
        for family in families:
            before = self.families.families.get(
                family.id, replace(family, children=(), former=(), session_epoch=0, ended_sessions=frozenset())
            )
            written = {child.id for child in (*family.children, *family.former)}
            self.families.families[family.id] = replace(
                family,
                session_epoch=before.session_epoch,
                ended_sessions=before.ended_sessions,
                children=(*family.children, *(child for child in before.children if child.id not in written)),
                former=(*family.former, *(child for child in before.former if child.id not in written)),
            )

    def delete_children(self, children: Iterable[tuple[FamilyId, ChildId]]) -> None:
        for family_id, child_id in children:
            family = self.families.find(family_id)
            if family is None:
                continue
            left = tuple(child for child in family.children if child.id != child_id)
            former = tuple(child for child in family.former if child.id != child_id)
            self.families.families[family_id] = replace(family, children=left, former=former)

    def revoke_sessions(self, family: FamilyId) -> None:
        found = self.families.find(family)
        if found is None:
            raise NotFound("family")
        self.families.families[family] = replace(found, session_epoch=found.session_epoch + 1)

    def logins(self) -> Iterator[tuple[str, Login]]:
        return iter([(key, login) for (key, _), login in self.login_store.logins.items()])

    def put_logins(self, logins: Iterable[tuple[str, Login]]) -> None:
        self.login_store.logins.update({(key, login.family): login for key, login in logins})

    def delete_logins(self, logins: Iterable[tuple[str, FamilyId]]) -> None:
        for login in logins:
            self.login_store.logins.pop(login, None)

    def stamps(self) -> Mapping[int, bytes]:
        return dict(self._stamps)

    def put_stamps(self, stamps: Mapping[int, bytes]) -> None:
        self._stamps.update(stamps)

    def journal_of(self, family: FamilyId) -> Iterator[JournalEntry]:
        return self.plannings.journal_of(family)

    def ask_recount(self, now: datetime) -> None:
        _aware(now)
        self._recount = True

    def recount_asked(self) -> bool:
        return self._recount

    def recount_done(self) -> None:
        self._recount = False

    def current_town(self) -> Town | None:
        return self.town.town

    def put_town(self, town: Town, now: datetime) -> bool:
        _aware(now)
        if town == self.town.town:
            return False
        self.town.town = self.versions[now] = town_codec.load(town_codec.dump(town))
        return True


class MemoryOutbox:
    """``Outbox``. ``aside``: mails set aside with why; ``held``: leases by mail id; ``down`` makes it take nothing."""

    def __init__(self) -> None:
        self.mails: dict[str, Mail] = {}
        self.held: dict[str, datetime] = {}
        self.aside: list[tuple[Mail, str]] = []
        self.never: dict[str, str] = {}
        self.down = False

    def put(self, mail: Mail) -> None:
        if self.down:
            raise Unavailable("outbox.put")
        self.bring([mail])

    def bring(self, mails: Iterable[Mail]) -> None:
        """What another store's transaction brings."""
        self.mails.update({mail.id: mail for mail in mails})

    def due(self, now: datetime, limit: int) -> Iterator[Mail]:
        _aware(now)
        free = [m for m in self.mails.values() if m.due_at <= now and self.held.get(m.id, now) <= now]
        return iter(sorted(free, key=lambda mail: (mail.due_at, mail.id))[:limit])

    def lease(self, mail: Mail, now: datetime, seconds: int) -> bool:
        if self.mails.get(mail.id) != mail or self.held.get(mail.id, now) > now:
            return False
        self.held[mail.id] = now + timedelta(seconds=seconds)
        return True

    def sent(self, mail: Mail) -> None:
        if self.mails.get(mail.id) == mail:
            self._forget(mail)

    def retry(self, mail: Mail, due_at: datetime) -> None:
        _aware(due_at)
        if self.mails.get(mail.id) == mail:
            self._forget(mail)
            self.bring([replace(mail, due_at=due_at, attempts=mail.attempts + 1)])

    def set_aside(self, mail: Mail, why: str) -> None:
        if self.mails.get(mail.id) == mail:
            self._forget(mail)
            self.aside.append((mail, why))

    def suppress(self, email: str, why: str, now: datetime) -> None:
        _aware(now)
        self.never[email.casefold()] = why

    def suppressed(self, emails: Iterable[str]) -> set[str]:
        return {email for email in emails if email.casefold() in self.never}

    def _forget(self, mail: Mail) -> None:
        del self.mails[mail.id]
        self.held.pop(mail.id, None)


class MemoryInvoices:
    """``InvoiceStore``. ``waiting``: numbers whose families were not told, as the sparse index has them."""

    def __init__(self, outbox: MemoryOutbox | None = None) -> None:
        self.outbox = outbox or MemoryOutbox()
        self.invoices: dict[InvoiceNumber, Invoice] = {}
        self.invoice_lines: dict[InvoiceNumber, tuple[InvoiceLine, ...]] = {}
        self.waiting: set[InvoiceNumber] = set()

    def of(self, family: FamilyId) -> tuple[Invoice, ...]:
        mine = (invoice for invoice in self.invoices.values() if invoice.family == family)
        return tuple(sorted(mine, key=lambda invoice: (invoice.issued_on, invoice.number), reverse=True))

    def find(self, family: FamilyId, number: InvoiceNumber) -> Invoice | None:
        invoice = self.invoices.get(number)
        return invoice if invoice and invoice.family == family else None

    def lines(self, family: FamilyId, number: InvoiceNumber) -> tuple[InvoiceLine, ...]:
        return self.invoice_lines.get(number, ()) if self.find(family, number) else ()

    def holder(self, number: InvoiceNumber) -> Invoice | None:
        return self.invoices.get(number)

    def holder_of_reference(self, reference: str) -> Invoice | None:
        bare = reference.replace("-", "")
        return next((one for one in self.invoices.values() if one.reference.replace("-", "") == bare), None)

    def put(self, invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
        _aware(invoice.published_at)
        there = self.invoices.get(invoice.number)
        holder = self.holder_of_reference(invoice.reference)
        if (holder and holder.number != invoice.number) or (
            there and (there.family != invoice.family or there.payments or there.begun != invoice.begun)
        ):
            raise StaleWrite("invoices.put")
        if there is None:
            self.waiting.add(invoice.number)
        self.invoices[invoice.number] = replace(invoice, payments=())
        self.invoice_lines[invoice.number] = tuple(lines)

    def set_pdf(self, family: FamilyId, number: InvoiceNumber, size: int) -> None:
        self.invoices[number] = replace(self._mine(family, number), pdf_bytes=size)

    def record(self, family: FamilyId, number: InvoiceNumber, payment: Payment) -> bool:
        invoice = self._mine(family, number)
        if any(there.id == payment.id for there in invoice.payments):
            return False
        payments = sorted((*invoice.payments, payment), key=lambda one: one.id)
        self.invoices[number] = replace(invoice, payments=tuple(payments))
        return True

    def to_notify(self, limit: int) -> tuple[Invoice, ...]:
        waiting = (replace(self.invoices[number], payments=()) for number in self.waiting)
        return tuple(sorted(waiting, key=lambda invoice: (invoice.published_at, invoice.number))[:limit])

    def notified(self, invoice: Invoice, mails: Sequence[Mail]) -> None:
        if invoice.number in self.waiting:
            self.waiting.remove(invoice.number)
            self.outbox.bring(mails)

    def _mine(self, family: FamilyId, number: InvoiceNumber) -> Invoice:
        invoice = self.find(family, number)
        if invoice is None:
            raise NotFound("invoice")
        return invoice


class MemoryNotices:
    """``NoticeStore``."""

    def __init__(self, outbox: MemoryOutbox | None = None) -> None:
        self.outbox = outbox or MemoryOutbox()
        self.saved: dict[FamilyId, NoticeSettings] = {}

    def settings(self, family: FamilyId) -> NoticeSettings:
        return self.saved.get(family, NoticeSettings())

    def save(self, family: FamilyId, settings: NoticeSettings, mails: Sequence[Mail] = ()) -> None:
        written = replace(settings, version=settings.version + 1)
        if self.settings(family).version != settings.version:
            if self.settings(family) == written:
                return
            raise StaleWrite("notices.save")
        self.saved[family] = written
        self.outbox.bring(mails)


class MemoryPdfs:
    """``PdfStore``; ``down`` makes it refuse."""

    def __init__(self) -> None:
        self.pdfs: dict[tuple[FamilyId, InvoiceNumber], bytes] = {}
        self.down = False

    def put(self, family: FamilyId, number: InvoiceNumber, pdf: bytes) -> None:
        self._answer("pdfs.put")
        self.pdfs[family, number] = pdf

    def exists(self, family: FamilyId, number: InvoiceNumber) -> bool:
        self._answer("pdfs.exists")
        return (family, number) in self.pdfs

    def holds(self, family: FamilyId, number: InvoiceNumber, pdf: bytes) -> bool:
        self._answer("pdfs.holds")
        return self.pdfs.get((family, number)) == pdf

    def link(self, family: FamilyId, number: InvoiceNumber) -> str:
        self._answer("pdfs.link")
        return f"https://documents.example/factures/{family}/{number}.pdf?signed"

    def _answer(self, operation: str) -> None:
        if self.down:
            raise Unavailable(operation)
