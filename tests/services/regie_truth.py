"""What must be true of a régie's books: the bank's own book, the journal, the invoices and the points are one."""

from collections import Counter, defaultdict

from chalicelib.rules.book import MONEY, BookHead, BookLine, EntryKind, broken_links
from chalicelib.rules.invoices import Means
from chalicelib.rules.payments import Attempt, AttemptState, Doubt
from chalicelib.rules.points import PointCode, code_of
from infra.local.bank.operations import TAKEN
from tests.services.regie_world import Regie


def difference(regie: Regie) -> int:
    """Cents between what the bank and the desk took, less what bounced, and the journal."""
    return _taken(regie) - regie.lines_of(*MONEY)


def the_books_are_one(regie: Regie) -> None:
    """Bank's book = journal = invoices + what no invoice explains - refunds, to the cent; and of each operation."""
    journal = regie.lines_of(*MONEY)
    invoices = sum(payment.amount for one in regie.invoices.invoices.values() for payment in one.payments)
    unclassified, refunds = regie.lines_of(EntryKind.UNCLASSIFIED), regie.lines_of(EntryKind.REFUND)
    assert _taken(regie) == journal == invoices + unclassified - refunds
    assert regie.lines_of(EntryKind.CREDIT) == regie.lines_of(EntryKind.DECISION) == 0
    assert -refunds == sum(regie.given.values())
    assert _by_operation(regie) == _taken_by_operation(regie)


def nothing_is_counted_that_nobody_took(regie: Regie) -> None:
    """At any moment, of each operation: nothing, or what the bank took."""
    taken = regie.bank.taken()
    for idop, cents in _by_operation(regie, EntryKind.PAYMENT, EntryKind.UNCLASSIFIED).items():
        assert cents == taken.get(idop), idop


def the_journal_is_whole(regie: Regie) -> None:
    """Numbers without a gap, each line chained to the one before; each payment has the number of its line."""
    years: dict[int, list[BookLine]] = defaultdict(list)
    for line in regie.book.told:
        years[line.exercice].append(line)
    for year, lines in years.items():
        assert [line.number for line in lines] == list(range(1, len(lines) + 1))
        assert list(broken_links(lines, BookHead(year))) == []
    told = {line.name: (line.entry.invoice, line.entry.payment, line.entry.amount) for line in regie.book.told}
    for invoice in regie.invoices.invoices.values():
        for payment in invoice.payments:
            assert told[payment.line] == (invoice.number, payment.id, payment.amount)
    assert all(line.entry.takes_back in told for line in regie.book.told if line.entry.takes_back)


def each_payment_is_told_once(regie: Regie) -> None:
    """A payment by the bank has one receipt."""
    paid = [one for one in regie.attempts.kept.values() if one.is_received or one.state is AttemptState.REVERSED]
    receipts = {name.removeprefix("payment-receipt-") for name in regie.outbox.mails if "payment-receipt-" in name}
    online = Counter(
        payment.attempt
        for invoice in regie.invoices.invoices.values()
        for payment in invoice.payments
        if payment.means is Means.ONLINE and payment.attempt and payment.amount > 0
    )
    assert set(online.values()) <= {1}
    assert set(online) == {one.id for one in paid if one.id in online}
    assert receipts <= set(online)


def the_points_are_what_a_person_must_see(regie: Regie) -> None:
    points = {point.code: point for point in regie.book.points()}
    expected = _overpaid(regie) | _to_check(regie)
    assert points.keys() == expected, [points.get(code, code) for code in points.keys() ^ expected]


def no_page_is_open_twice(regie: Regie) -> None:
    """Of one invoice: whatever the bank said of the first page a moment ago."""
    usable = [one.order.refdet for one in regie.bank.ledger.all() if regie.can_be_paid(one.key)]
    assert len(usable) == len(set(usable))


def _overpaid(regie: Regie) -> set[PointCode]:
    return {
        code_of(one.number)
        for one in regie.invoices.invoices.values()
        if one.overpaid and not one.is_credit_note and not _is_kept(regie, one.number)
    }


def _is_kept(regie: Regie, number: str) -> bool:
    """Whether somebody decided that the surplus stays, and nothing happened to the invoice since."""
    then = next((one for name, one in regie.kept.items() if name == number), None)
    now = next(one for one in regie.invoices.invoices.values() if one.number == number)
    return bool(then) and (then.payments, then.cancelled_on) == (now.payments, now.cancelled_on) if then else False


def _to_check(regie: Regie) -> set[PointCode]:
    """Attempts that wait for a person, each for a reason that the bank's own book shows."""
    waiting = [one for one in regie.attempts.kept.values() if one.state is AttemptState.TO_CHECK]
    for one in waiting:
        assert _is_doubtful(regie, one), one
    return {code_of(one.id) for one in waiting}


def _is_doubtful(regie: Regie, attempt: Attempt) -> bool:
    operation = next((one for one in regie.bank.ledger.all() if one.key == attempt.idop), None)
    outcome = operation.outcome if operation else None
    if attempt.doubt is Doubt.SILENT or outcome is None:
        return outcome is None
    if attempt.doubt is Doubt.LETTER:
        return outcome.letter not in {*TAKEN, "R", "Z", "A"}
    return outcome.letter in TAKEN and outcome.montant != attempt.amount


def _taken(regie: Regie) -> int:
    gone = sum(payment.amount for payment in regie.gone.values())
    return sum(regie.bank.taken().values()) + sum(regie.till.values()) - gone


def _taken_by_operation(regie: Regie) -> dict[str, int]:
    taken = Counter(regie.bank.taken())
    for payment in regie.gone.values():
        if payment.attempt:
            taken[regie.attempts.kept[payment.attempt].idop] -= payment.amount
    return {idop: cents for idop, cents in taken.items() if cents}


def _by_operation(regie: Regie, *kinds: EntryKind) -> dict[str, int]:
    """The journal's money of each operation: by its attempt or, when the town's list told of it first, by the bank's
    authorisation."""
    named = {one.outcome.numauto: one.key for one in regie.bank.ledger.all() if one.outcome and one.outcome.numauto}
    counted: Counter[str] = Counter()
    for line in regie.book.told:
        entry = line.entry
        if entry.kind in (kinds or MONEY) and entry.means is Means.ONLINE:
            idop = regie.attempts.kept[entry.attempt].idop if entry.attempt else named[entry.authorisation]
            counted[idop] += entry.amount
    return {idop: cents for idop, cents in counted.items() if cents}
