"""An import: what it writes, that it writes nothing twice, and nothing at all when a file is wrong."""

import sys
from datetime import date

import pytest

from chalicelib.adapters.invoice_pdf import InvoicePdf
from chalicelib.intake.importing import BadFiles, Importer
from chalicelib.intake.invoices.writer import InvoiceImport
from chalicelib.intake.people import families as people
from chalicelib.intake.pool import in_order
from chalicelib.intake.progress import Silence
from chalicelib.rules.families import Enrolment
from chalicelib.rules.ids import ActivityId, ChildId, FamilyId
from chalicelib.rules.planning import PlaceKey, Slot, Wish
from chalicelib.services.accounts import SignIn, WrongCodes
from chalicelib.services.keyed_hashes import login_key
from chalicelib.services.ports import JournalEntry, PlaceTally
from chalicelib.services.recounting import AT_REST_SECONDS, CountPlaces
from chalicelib.services.saving import Offer, SavePlanning, entry_id
from tests.clock import FixedClock, day, paris
from tests.fake_bank import MemoryAttempts, reversing
from tests.fakes import MemoryIntake, MemoryInvoices, MemoryNotices, MemoryOutbox, MemoryPdfs, MemoryThrottle
from tests.intake.folder import LISTS, TOWN, a_folder, town_with, with_line

NOW = "lundi 2026-11-23 08:00"
PEPPER = "pepper"
F1 = FamilyId("f-1")
MONDAY_MEAL = Slot(ChildId("c-7"), "cantine", date(2026, 12, 1))
WEDNESDAY = Slot(ChildId("c-8"), "mercredi", date(2026, 12, 2))


class Portal:
    """An import over stores in memory, and what a parent does meanwhile."""

    def __init__(self) -> None:
        self.store = MemoryIntake()
        self.notices = MemoryNotices()
        invoices = MemoryInvoices()
        self.invoice_import = InvoiceImport(
            invoices,
            MemoryPdfs(),
            InvoicePdf(),
            self.store.families,
            attempts=MemoryAttempts(invoices, MemoryOutbox()),
            clock=FixedClock(paris(NOW)),
        )
        self.waited = []
        self.clock = FixedClock(paris(NOW))
        self.run = Importer(
            reverse=reversing(self.invoice_import.invoices),
            store=self.store,
            plannings=self.store.plannings,
            places=CountPlaces(plannings=self.store.plannings, families=self.store.families, pause=self.waited.append),
            invoice_import=self.invoice_import,
            notices=self.notices,
            clock=self.clock,
            pepper=PEPPER,
            workers=1,
        )

    def taken(self, activity, on, school=None):
        key = PlaceKey(day(on), ActivityId(activity), school)
        return self.store.plannings.taken([key])[key]

    def load(self, folder):
        return self.run(folder, Silence())

    def accept(self, folder):
        """The same, whatever it changes."""
        return self.run(folder, Silence(), accepting=True)

    def sign_in(self, child_code, payer_code):
        sign_in = SignIn(
            logins=self.store.login_store,
            families=self.store.families,
            throttle=MemoryThrottle(),
            clock=self.clock,
            pepper=PEPPER,
            report=lambda _event, **_facts: None,
        )
        return sign_in(child_code, payer_code, "192.0.2.1").session

    def online(self, at, *, booked=(), cancelled=()):
        """A parent of f-1 books and cancels slots, without asking the rules."""
        wishes = tuple(Wish(slot, True) for slot in booked) + tuple(Wish(slot, False) for slot in cancelled)
        self.store.plannings.save(F1, JournalEntry(entry_id(paris(at)), paris(at), "internet", wishes))

    def booked(self, family=F1):
        return self.store.plannings.booked(family, date(2026, 1, 1), date(2027, 12, 31))

    def journal(self, family=F1):
        return list(self.store.journal_of(family))


@pytest.fixture
def portal():
    return Portal()


def test_a_town_is_imported(portal, tmp_path):
    report = portal.load(a_folder(tmp_path))
    family = portal.store.families.find(F1)
    assert (family.payer, family.email) == ("Jamie BOND", "jamie.bond@server.fr")
    james, aline = family.children
    assert (james.code, james.first_name, james.school, james.class_name) == ("007", "James", "mallerin", "CE1")
    assert aline.enrolments == (
        Enrolment("cantine", read_only=True, first=date(2026, 9, 1), last=date(2026, 12, 31)),
        Enrolment("mercredi"),
    )
    assert portal.store.town.current().name == "Ville de démo"
    assert portal.booked() == {MONDAY_MEAL, MONDAY_MEAL._replace(day=date(2026, 12, 3)), WEDNESDAY}
    assert portal.store.plannings.taken([PlaceKey(WEDNESDAY.day, "mercredi")]) == {
        PlaceKey(WEDNESDAY.day, "mercredi"): 1
    }
    assert (report.families.added, report.children.added, report.logins.added, report.bookings.added) == (2, 3, 3, 3)


def test_the_codes_open_the_family(portal, tmp_path):
    portal.load(a_folder(tmp_path))
    assert portal.sign_in(" 008 ", "golden-eye 7").child == "c-8"
    stored = repr(portal.store.login_store.logins)
    assert "G0" not in stored
    assert "GOLD" not in stored


def test_bookings_of_one_moment_are_one_entry_of_the_journal(portal, tmp_path):
    portal.load(a_folder(tmp_path))
    entries = portal.journal()
    assert [(e.at, e.channel, len(e.changes)) for e in entries] == [
        (paris("lundi 2026-11-02 10:30"), "mairie", 2),
        (paris("mardi 2026-11-03 00:00"), "telephone", 1),
    ]
    assert entries[0].id.startswith("2026-11-02T09:30:00.000000Z#")


def test_importing_again_changes_nothing(portal, tmp_path):
    portal.load(a_folder(tmp_path))
    before = snapshot(portal)
    report = portal.load(a_folder(tmp_path))
    assert report.nothing_changed
    assert snapshot(portal) == before
    assert (report.town.unchanged, report.families.unchanged, report.children.unchanged) == (1, 2, 3)
    assert (report.logins.unchanged, report.bookings.unchanged) == (3, 3)
    assert report.lines()[-1] == "Rien à changer : le portail était à jour."


def snapshot(portal):
    store = portal.store
    journals = {family: tuple(store.journal_of(family)) for family in store.families.families}
    return (dict(store.families.families), dict(store.login_store.logins), journals, dict(store.versions))


def test_nothing_is_written_when_a_file_is_wrong(portal, tmp_path):
    folder = a_folder(tmp_path, **with_line("reservations", "f-1;c-7;cantine;2027-08-01;;mairie;2026-11-02"))
    with pytest.raises(BadFiles):
        portal.load(folder)
    assert snapshot(portal) == snapshot(Portal())


def test_what_changed_is_written_and_nothing_else(portal, tmp_path):
    portal.load(a_folder(tmp_path))
    enfants = LISTS["enfants.csv"].replace("James;BOND;mallerin;CE1", "James;BOND;prevert;CE2")
    report = portal.load(a_folder(tmp_path, town=town_with(couleur='couleur = "#112233"'), enfants=enfants))
    assert (report.town.changed, report.families.changed, report.children.changed) == (1, 0, 1)
    assert portal.store.families.find(F1).children[0].class_name == "CE2"
    assert portal.store.town.current().colour == "#112233"


def test_who_is_no_longer_listed_keeps_codes_and_history_but_no_enrolment(portal, tmp_path):
    portal.load(a_folder(tmp_path))
    gone = {
        "familles": without("familles.csv", "f-2"),
        "enfants": without("enfants.csv", "c-8", "c-9"),
        "inscriptions": without("inscriptions.csv", "c-8", "c-9"),
        "reservations": without("reservations.csv", "c-8"),
    }
    report = portal.load(a_folder(tmp_path, **gone))
    assert [departure.child.id for departure in report.departures] == ["c-8", "c-9"]
    assert (report.families_kept, report.children_kept) == (1, 2)
    assert [child.id for child in portal.store.families.find(F1).children] == ["c-7", "c-8"]
    assert portal.store.families.find(F1).child("c-8").enrolments == ()
    assert portal.sign_in("008", "GOLDENEYE7").child == "c-8"
    assert portal.sign_in("009", "CERISIER22").child == "c-9"
    assert "familles 1, enfants 2" in "\n".join(report.lines())
    assert portal.load(a_folder(tmp_path, **gone)).nothing_changed


def without(name, *words):
    return "".join(line for line in LISTS[name].splitlines(keepends=True) if not any(w in line for w in words))


def test_a_code_that_the_lists_replace_stops_working(portal, tmp_path):
    portal.load(a_folder(tmp_path))
    familles = LISTS["familles.csv"].replace("GOLDENEYE7", "SKYFALL2012")
    enfants = without("enfants.csv", "c-8")
    report = portal.load(
        a_folder(
            tmp_path,
            familles=familles,
            enfants=enfants,
            inscriptions=without("inscriptions.csv", "c-8"),
            reservations=without("reservations.csv", "c-8"),
        )
    )
    assert (report.logins.changed, report.logins_removed, report.logins.unchanged) == (1, 1, 1)
    for child_code in ("007", "008"):
        with pytest.raises(WrongCodes):
            portal.sign_in(child_code, "GOLDENEYE7")
    assert portal.sign_in("007", "SKYFALL2012").child == "c-7"
    assert portal.store.families.find(F1).session_epoch == 1, "sessions that the old code opened are over"
    assert portal.store.families.find(FamilyId("f-2")).session_epoch == 0


def test_codes_that_did_not_change_are_not_hashed_again(portal, tmp_path):
    portal.load(a_folder(tmp_path))
    before = dict(portal.store.login_store.logins)
    line = "c-3;f-2;033;Zoé;PETIT;prevert;"
    report = portal.load(a_folder(tmp_path, **with_line("enfants", line)))
    after = portal.store.login_store.logins
    assert {key: after[key] for key in before} == before
    assert set(after) - set(before) == {(login_key(PEPPER, "033"), "f-2")}
    assert report.logins.added == 1


def test_children_of_a_family_share_one_hash(portal, tmp_path):
    portal.load(a_folder(tmp_path))
    logins = portal.store.login_store.logins.values()
    assert len({login.secret for login in logins if login.family == F1}) == 1
    assert len({login.secret for login in logins}) == 2


def test_codes_that_move_to_another_child_open_that_child(portal, tmp_path):
    portal.load(a_folder(tmp_path))
    swapped = LISTS["enfants.csv"].replace(";007;", ";x;").replace(";008;", ";007;").replace(";x;", ";008;")
    report = portal.load(a_folder(tmp_path, enfants=swapped))
    assert (report.logins.changed, report.logins_removed) == (2, 0)
    assert portal.sign_in("007", "GOLDENEYE7").child == "c-8"


def test_new_lines_are_added_to_what_was_imported(portal, tmp_path):
    portal.load(a_folder(tmp_path))
    line = (
        "f-1;c-7;cantine;2026-12-07;;mairie;2026-11-02 10:30\nf-1;c-7;cantine;2026-12-01;annulation;mairie;2026-11-04"
    )
    report = portal.load(a_folder(tmp_path, **with_line("reservations", line)))
    assert (report.bookings.added, report.bookings.unchanged, report.overtaken) == (2, 2, 1)
    assert MONDAY_MEAL not in portal.booked()
    assert MONDAY_MEAL._replace(day=date(2026, 12, 7)) in portal.booked()
    assert portal.load(a_folder(tmp_path, **with_line("reservations", line))).nothing_changed


def test_of_several_lines_for_one_slot_the_last_written_down_wins(portal, tmp_path):
    line = "f-1;c-7;cantine;2026-12-01;annulation;mairie;2026-11-01"
    report = portal.load(a_folder(tmp_path, **with_line("reservations", line)))
    assert MONDAY_MEAL in portal.booked()
    assert (report.bookings.added, report.overtaken) == (3, 1)


def test_a_later_change_by_the_parent_is_not_undone(portal, tmp_path):
    portal.load(a_folder(tmp_path))
    portal.online("mercredi 2026-11-04 20:00", cancelled=[MONDAY_MEAL])
    report = portal.load(a_folder(tmp_path))
    assert report.nothing_changed
    assert MONDAY_MEAL not in portal.booked()


def test_an_older_line_that_arrives_late_does_not_undo_the_parent(portal, tmp_path):
    portal.load(a_folder(tmp_path))
    portal.online("mercredi 2026-11-04 20:00", cancelled=[MONDAY_MEAL])
    line = "f-1;c-7;cantine;2026-12-01;inscription;guichet;2026-11-04 12:00"
    report = portal.load(a_folder(tmp_path, **with_line("reservations", line)))
    assert MONDAY_MEAL not in portal.booked()
    assert report.bookings.added == 0
    assert report.overtaken == 2, "the line that it replaces in the list, and itself"


def test_what_is_already_so_is_not_journalled(portal, tmp_path):
    portal.load(a_folder(tmp_path))
    friday = MONDAY_MEAL._replace(day=date(2026, 12, 4))
    portal.online("mercredi 2026-11-04 20:00", booked=[friday])
    line = "f-1;c-7;cantine;2026-12-04;;guichet;2026-11-05"
    report = portal.load(a_folder(tmp_path, **with_line("reservations", line)))
    assert report.nothing_changed
    assert friday in portal.booked()


def test_a_full_day_is_refused_with_its_line_and_the_rest_is_done(portal, tmp_path):
    portal.load(a_folder(tmp_path))
    lines = "f-2;c-9;mercredi;2026-12-09;;mairie;2026-11-04\nf-2;c-9;mercredi;2026-12-16;;mairie;2026-11-04"
    key = PlaceKey(date(2026, 12, 9), "mercredi")
    parent = Wish(WEDNESDAY._replace(day=date(2026, 12, 9)), True)
    at = paris("mercredi 2026-11-04 20:00")
    portal.store.plannings.reserve(key, 1, 1)
    portal.store.plannings.save(F1, JournalEntry(entry_id(at), at, "internet", (parent,)))
    report = portal.load(a_folder(tmp_path, **with_line("reservations", lines)))
    assert [str(refused) for refused in report.refused] == [
        "reservations.csv:5: « Accueil du mercredi » est complet le 09/12/2026 pour l'enfant « c-9 »"
    ]
    assert portal.booked(FamilyId("f-2")) == {Slot(ChildId("c-9"), "mercredi", date(2026, 12, 16))}
    assert portal.store.plannings.taken([key]) == {key: 1}
    assert "1 réservation à revoir" in "\n".join(report.lines())


def test_a_place_that_the_same_lines_free_can_be_taken(portal, tmp_path):
    portal.load(a_folder(tmp_path, **with_line("inscriptions", "c-7;mercredi;;;")))
    lines = "f-1;c-8;mercredi;2026-12-02;annulation;mairie;2026-11-05\nf-1;c-7;mercredi;2026-12-02;;mairie;2026-11-05"
    folder = a_folder(tmp_path, **with_line("inscriptions", "c-7;mercredi;;;"), **with_line("reservations", lines))
    report = portal.load(folder)
    assert report.refused == []
    assert WEDNESDAY._replace(child=ChildId("c-7")) in portal.booked()


def test_a_parent_who_saves_during_the_import(portal, tmp_path, monkeypatch):
    """Her change is in the journal when the import's own write fails: it looks again, and leaves it alone."""
    portal.load(a_folder(tmp_path, reservations=LISTS["reservations.csv"].splitlines()[0]))
    save = portal.store.plannings.save
    calls = []

    def meanwhile(*args):
        calls.append(args)
        if len(calls) == 1:
            portal.online("lundi 2026-11-23 07:59", booked=[MONDAY_MEAL])
        save(*args)

    monkeypatch.setattr(portal.store.plannings, "save", meanwhile)
    report = portal.load(a_folder(tmp_path))
    assert report.refused == []
    assert (report.bookings.added, report.bookings.unchanged) == (2, 1)
    assert [e.channel for e in portal.journal() if Wish(MONDAY_MEAL, True) in e.changes] == ["internet"]


def test_a_limit_that_comes_after_bookings_counts_them(portal, tmp_path):
    portal.load(a_folder(tmp_path))
    assert portal.taken("cantine", "mardi 2026-12-01") == 0
    report = portal.load(a_folder(tmp_path, town=town_with(repas="places = 1")))
    assert portal.taken("cantine", "mardi 2026-12-01") == 1
    assert "Places recomptées : 2 compteurs remis à jour" in report.lines(), "before publishing; then they were right"
    assert portal.waited == [AT_REST_SECONDS]
    assert portal.load(a_folder(tmp_path, town=town_with(repas="places = 31"))).recounted is None


def test_a_count_that_was_interrupted_is_made_by_the_next_import(portal, tmp_path):
    limited = a_folder(tmp_path, town=town_with(repas="places = 1"))
    portal.load(limited)
    portal.store.ask_recount(portal.clock.now())
    portal.store.plannings.counters.clear()
    assert portal.load(limited).recounted == 3
    assert portal.taken("cantine", "mardi 2026-12-01") == 1
    assert portal.load(limited).recounted is None


def test_a_counter_that_moves_during_the_count_is_left_to_the_next_one(portal, tmp_path):
    limited = a_folder(tmp_path, town=town_with(repas="places = 5"))
    portal.load(limited)
    portal.store.ask_recount(portal.clock.now())
    plannings = portal.store.plannings
    bookings_on = plannings.bookings_on
    rival = Slot(ChildId("c-7"), ActivityId("cantine"), day("vendredi 2026-12-04"))
    key = PlaceKey(rival.day, rival.activity)

    looks = []

    def interrupted(on):
        looks.append(on)
        if looks.count(rival.day) == 2 and rival not in plannings.bookings["f-1"]:  # Before publishing, and after.
            plannings.reserve(key, 1, 5)
            portal.online("lundi 2026-11-23 08:00", booked=[rival])
        return bookings_on(on)

    plannings.counters[key] = PlaceTally(3)
    plannings.bookings_on = interrupted
    assert portal.load(limited).recounted == 0
    assert portal.taken("cantine", "vendredi 2026-12-04") == 4
    portal.run.places(portal.store.town.current(), portal.clock.now())
    assert portal.taken("cantine", "vendredi 2026-12-04") == 1


def test_a_town_that_an_older_portal_wrote_is_replaced(portal, tmp_path):
    portal.store._json = '{"format": 0}'
    assert portal.load(a_folder(tmp_path)).town.changed == 1
    assert portal.store.town.current().name == "Ville de démo"


def test_a_child_who_moves_between_schools_takes_its_place_along(portal, tmp_path):
    by_school = town_with(places="places-par-ecole = { mallerin = 3, prevert = 3 }")
    portal.load(a_folder(tmp_path, town=by_school))
    assert portal.taken("mercredi", "mercredi 2026-12-02", "mallerin") == 1
    enfants = LISTS["enfants.csv"].replace("MALLERIN PRIMAIRE", "prevert")
    report = portal.load(a_folder(tmp_path, town=by_school, enfants=enfants))
    assert report.recounted == 2
    assert portal.taken("mercredi", "mercredi 2026-12-02", "mallerin") == 0
    assert portal.taken("mercredi", "mercredi 2026-12-02", "prevert") == 1


def test_many_days_are_cut_into_transactions(portal, tmp_path):
    days = [d for d in calendar_days() if d.isoweekday() in {1, 2, 4, 5}][:150]
    lines = "\n".join(f"f-1;c-7;cantine;{day};;courrier;2026-11-05 09:00" for day in days)
    portal.load(a_folder(tmp_path, **with_line("reservations", lines)))
    sizes = [len(e.changes) for e in portal.journal() if e.channel == "courrier"]
    assert sum(sizes) >= 148
    assert len(sizes) == 2
    assert max(sizes) <= 99


def calendar_days():
    first = date(2026, 9, 1).toordinal()
    return (date.fromordinal(first + n) for n in range(300))


def test_families_are_read_and_written_chunk_by_chunk(portal, tmp_path, monkeypatch):
    asked = []
    find = portal.store.family_items

    def family_items(ids):
        asked.append(list(ids))
        return find(asked[-1])

    monkeypatch.setattr(people, "FAMILIES_A_CHUNK", 2)
    monkeypatch.setattr(portal.store, "family_items", family_items)
    many = "\n".join(f"f-{n};X;GOLDENEYE{n};" for n in range(10, 15))
    portal.load(a_folder(tmp_path, **with_line("familles", many)))
    assert [len(ids) for ids in asked] == [2, 2, 2, 1]


def test_a_pool_reads_only_a_little_ahead():
    from concurrent.futures import ThreadPoolExecutor

    read = []

    def stream():
        for number in range(100):
            read.append(number)
            yield number

    with ThreadPoolExecutor(2) as pool:
        results = in_order(pool, 2, lambda n: n * 2, stream())
        assert [next(results) for _ in range(3)] == [0, 2, 4]
        assert len(read) < 10
        assert list(results)[-1] == 198


def test_the_import_needs_its_libraries_only_when_it_runs():
    """``holidays``, ``rich`` and the school calendar stay off the Lambda: importing the modules must not load them."""
    import subprocess

    code = "import sys, chalicelib.commands.import_town; print({'rich', 'holidays', 'pynamodb'} & {*sys.modules})"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


def test_a_parent_can_save_after_an_import(portal, tmp_path):
    portal.load(a_folder(tmp_path, town=TOWN))
    saving = SavePlanning(town=portal.store.town, plannings=portal.store.plannings, clock=portal.clock)
    offer = Offer(frozenset({MONDAY_MEAL}), frozenset({MONDAY_MEAL}))
    assert saving(portal.store.families.find(F1), offer, frozenset())
    assert MONDAY_MEAL not in portal.booked()
