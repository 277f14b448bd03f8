"""Acts in any order, any of which may be broken off at any call of a port or overtaken by another process."""

import random
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from functools import partial

from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice, Means
from tests.builders import a_payment
from tests.services.regie_faults import BROKEN, OVERTAKEN, WAYS
from tests.services.regie_truth import no_page_is_open_twice, nothing_is_counted_that_nobody_took
from tests.services.regie_world import Regie

FAMILIES, INVOICES, PAYMENTS = 30, 260, 320
MOST_STEPS = 5_000
Act = Callable[[], object]


class Storm:
    """What happens, by chance. ``broken`` counts acts that were broken off, ``seen`` acts by their names."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a storm that can be repeated
        self.regie = Regie(FAMILIES)
        self.broken = 0
        self.last: InvoiceNumber | None = None
        self.seen: Counter[str] = Counter()
        for number in range(INVOICES):
            cents, family = self.chance.randrange(150, 30_000), self.chance.randrange(FAMILIES)
            self.regie.issues(f"2026-026-{number + 1:06}", cents, family)

    def rages(self, plan: Mapping["Step", int], events: Collection[str]) -> None:
        """Steps, each as often as the plan says, until there are enough payments and every event was there."""
        steps, weights = list(plan), list(plan.values())
        for _ in range(MOST_STEPS):
            if len(self.regie.bank.ledger.all()) >= PAYMENTS and self.seen.keys() >= set(events):
                return
            step = self.chance.choices(steps, weights)[0]
            step(self)
            self.regie.time_passes(seconds=self.chance.choice([1, 7, 20, 61, 200]))
            if self.chance.random() < 0.02:
                self.regie.time_passes(hours=self.chance.choice([2, 9, 26]))
            if self.chance.random() < 0.1:
                nothing_is_counted_that_nobody_took(self.regie)
                no_page_is_open_twice(self.regie)

    def does(self, name: str, act: Act) -> None:
        """An act that may be broken off. Who did it does it again, or goes away."""
        self.seen[name] += 1
        if self.chance.random() < 0.3:
            self.regie.faults.strike(self.chance.randrange(8), self.chance.choice([*WAYS, OVERTAKEN]), self.another())
        for _ in range(2):
            try:
                act()
            except BROKEN:
                self.broken += 1
                if self.chance.random() < 0.5:
                    return
            else:
                break
        self.regie.faults.none()

    def another(self) -> Act:
        """What another process does in the midst of an act: the bank tells, a parent looks, the desk takes money."""
        number = self.last or self.any_invoice()
        invoice, latest = self.regie.invoice(number), self.regie.bank.ledger.all()[:3]
        acts: list[Act] = [partial(self.regie.parent_looks, number)]
        acts += [partial(self.regie.bank_notifies, one.key) for one in latest]
        if not invoice.is_credit_note:
            facts = {"id": f"desk-{len(self.regie.till)}-too", "means": Means.CASH, "paid_on": self.regie.today}
            payment = a_payment(invoice.remaining or 500, **facts)
            acts += [partial(self.regie.desk_takes, number, payment)] * len(acts)
        return self.chance.choice(acts)

    def imports(self, name: str, row: Act) -> None:
        """A row of the town's lists: it stays in its file."""
        self.regie.rows.append(row)
        self.does(name, row)

    def any_invoice(self) -> InvoiceNumber:
        return self.chance.choice(sorted(self.regie.invoices.invoices))

    def invoice_like(self, kind: Callable[[Invoice], object]) -> Invoice | None:
        like = [one for _, one in sorted(self.regie.invoices.invoices.items()) if kind(one)]
        chosen = self.chance.choice(like) if like else None
        self.last = chosen.number if chosen else self.last
        return chosen


Step = Callable[[Storm], None]
