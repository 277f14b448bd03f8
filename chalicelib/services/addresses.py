"""Where to write to a family about what it must know."""

from chalicelib.rules.ids import FamilyId
from chalicelib.services.mail_ports import NoticeStore, Outbox
from chalicelib.services.ports import FamilyStore


class ConcernedAddresses:
    """The addresses of a family that are told what it must know, even if it wants no notices. Addresses that gave our
    e-mails back are left out."""

    def __init__(self, *, families: FamilyStore, notices: NoticeStore, outbox: Outbox) -> None:
        self.families = families
        self.notices = notices
        self.outbox = outbox

    def __call__(self, name: FamilyId) -> tuple[str, ...]:
        """None when no address is known. Raises Unavailable."""
        family = self.families.find(name)
        emails = self.notices.settings(name).concerned(family.email) if family else ()
        never = self.outbox.suppressed(emails) if emails else set()
        return tuple(email for email in emails if email not in never)
