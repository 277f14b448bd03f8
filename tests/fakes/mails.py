"""E-mails to send, and who agreed to get them, in memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.ids import EntryId, FamilyId
from chalicelib.rules.notices import NoticeSettings
from chalicelib.services.mail_ports import Mail
from tests.fakes.instants import aware


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
        aware(now)
        free = [m for m in self.mails.values() if m.due_at <= now and self.held.get(m.id, now) <= now]
        return iter(sorted(free, key=lambda mail: (not mail.urgent, mail.due_at, mail.id))[:limit])

    def lease(self, mail: Mail, now: datetime, seconds: int) -> bool:
        if self.mails.get(mail.id) != mail or self.held.get(mail.id, now) > now:
            return False
        self.held[mail.id] = now + timedelta(seconds=seconds)
        return True

    def sent(self, mail: Mail) -> None:
        if self.mails.get(mail.id) == mail:
            self._forget(mail)

    def retry(self, mail: Mail, due_at: datetime) -> None:
        aware(due_at)
        if self.mails.get(mail.id) == mail:
            self._forget(mail)
            self.bring([replace(mail, due_at=due_at, attempts=mail.attempts + 1)])

    def set_aside(self, mail: Mail, why: str) -> None:
        if self.mails.get(mail.id) == mail:
            self._forget(mail)
            self.aside.append((mail, why))

    def suppress(self, email: str, why: str, now: datetime) -> None:
        aware(now)
        self.never[email.casefold()] = why

    def suppressed(self, emails: Iterable[str]) -> set[str]:
        return {email for email in emails if email.casefold() in self.never}

    def _forget(self, mail: Mail) -> None:
        del self.mails[mail.id]
        self.held.pop(mail.id, None)


class MemoryActs:
    """``TownActs``."""

    def __init__(self, outbox: MemoryOutbox | None = None) -> None:
        self.outbox = outbox or MemoryOutbox()
        self.notes: dict[FamilyId, frozenset[EntryId]] = {}

    def note(self, family: FamilyId, entry: EntryId, now: datetime) -> None:
        aware(now)
        self.notes[family] = self.notes.get(family, frozenset()) | {entry}

    def noted(self) -> Iterator[tuple[FamilyId, frozenset[EntryId]]]:
        return iter(sorted(self.notes.items()))

    def told(self, family: FamilyId, mails: Sequence[Mail]) -> None:
        if self.notes.pop(family, None) is not None:
            self.outbox.bring(mails)


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
