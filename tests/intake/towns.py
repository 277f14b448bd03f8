"""Towns drawn at random, with lists that fit them: any of them may be imported after any other."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from hypothesis import strategies as st

from tests.intake.folder import TOWN, a_folder

HEAD = TOWN.split("[ecoles]", maxsplit=1)[0]
SCHOOLS = {"mallerin": "MALLERIN PRIMAIRE", "prevert": "PRÉVERT", "ferry": "JULES FERRY"}
ACTIVITIES = {"cantine": "Cantine", "garderie": "Garderie du soir", "mercredi": "Mercredi", "etude": "Étude"}
CHILDREN = {"c-7": ("007", "James", "BOND"), "c-8": ("008", "Aline", "BOND"), "c-9": ("009", "Noé", "PETIT")}
CALENDARS = (
    (date(2026, 9, 1), date(2027, 7, 2)),
    (date(2026, 9, 1), date(2026, 12, 18)),
    (date(2026, 12, 7), date(2027, 7, 2)),
    (date(2027, 9, 1), date(2028, 7, 1)),
)
DEADLINES = (
    '"la veille à 10:00"',
    '"jeudi de la semaine précédente à 24:00"',
    '"jamais en ligne"',
    '"le jour même à 09:00"',
    '[{ regle = "la veille à 10:00" }, { des = 2026-12-08, regle = "le jour même à 09:00" }]',
)
WEEKS = ('["lundi", "mardi", "jeudi", "vendredi"]', '["lundi", "mardi", "mercredi", "jeudi", "vendredi"]')
DIETS = {"sans-porc": "Sans porc", "vegetarien": "Végétarien"}
LAST_DAY = date(2026, 12, 4)


@dataclass(frozen=True)
class Drawn:
    """The text of each file of a town's folder."""

    town: str
    enfants: str
    inscriptions: str
    reservations: str
    labels: dict[str, str]

    def write(self, folder: Path) -> Path:
        return a_folder(
            folder,
            town=self.town,
            enfants=self.enfants,
            inscriptions=self.inscriptions,
            reservations=self.reservations,
        )


@st.composite
def towns(draw: st.DrawFn) -> Drawn:
    schools = draw(st.lists(st.sampled_from(sorted(SCHOOLS)), min_size=1, unique=True))
    names = draw(st.lists(st.sampled_from(sorted(ACTIVITIES)), min_size=1, unique=True))
    labels = {name: draw(st.sampled_from([ACTIVITIES[name], f"{ACTIVITIES[name]} bis"])) for name in names}
    calendar = draw(st.sampled_from(CALENDARS))
    children = draw(st.lists(st.sampled_from(sorted(CHILDREN)), min_size=1, unique=True))
    families = {child: draw(st.sampled_from([["f-1"], ["f-2"], ["f-1", "f-2"]])) for child in children}
    at = {child: draw(st.sampled_from(schools)) for child in children}
    lasts = {
        (child, name): draw(st.sampled_from([None, LAST_DAY]))
        for child in children
        for name in draw(st.lists(st.sampled_from(names), unique=True))
    }
    diets = draw(st.lists(st.sampled_from(sorted(DIETS)), unique=True))
    eats = {child: f";{draw(st.sampled_from([*diets, '']))};oui" for child in children} if draw(st.booleans()) else {}
    classes = {child: draw(st.sampled_from(["CP", "cm2 "])) for child in children}
    closures = draw(st.lists(_closure(names, schools), max_size=2))
    activities = "\n".join(draw(_activity(name, labels[name], schools, calendar[0])) for name in names)
    return Drawn(
        town=_town_text(schools, activities, (calendar, closures), diets),
        enfants=f"identifiant;famille;code_enfant;prenom;nom;ecole;classe{';regime;pai' if eats else ''}\n"
        + "".join(
            f"{child};{family};{';'.join(CHILDREN[child])};{at[child]};{classes[child]}{eats.get(child, '')}\n"
            for child in children
            for family in families[child]
        ),
        inscriptions="enfant;activite;du;au\n"
        + "".join(f"{child};{name};;{last or ''}\n" for (child, name), last in lasts.items()),
        reservations=draw(_bookings(lasts, families, calendar)),
        labels=labels,
    )


@st.composite
def _activity(draw: st.DrawFn, name: str, label: str, schools: list[str], first: date) -> str:
    by_school = ", ".join(f"{school} = 9" for school in schools)
    limits = (
        "",
        "places = 9",
        f"places-par-ecole = {{ {by_school} }}",
        f"places = 9\nplaces-par-ecole = {{ {schools[0]} = 9 }}",
    )
    days = f"du = {first + timedelta(3)}, au = {first + timedelta(90)}"
    exceptions = f'exceptions = [{{ {days}, reserver = "le jour même à 10:00", annuler = "la veille à 12:00" }}]'
    periods = f"periodes = [{{ {days} }}]"
    openings = ("", 'ouvre-avant = "2 semaines"', periods, f'{periods}\nhors-periodes = "ouvert"')
    dated = [draw(st.sampled_from(some)) for some in (("", exceptions), ("", 'reserver-par = "semaine"'), openings)]
    return (
        f'[activites.{name}]\nnom = "{label}"\nsemaine-scolaire = {draw(st.sampled_from(WEEKS))}\n'
        f"reserver = {draw(st.sampled_from(DEADLINES))}\n{draw(st.sampled_from(limits))}\n" + "\n".join(dated) + "\n"
    )


@st.composite
def _closure(draw: st.DrawFn, names: list[str], schools: list[str]) -> str:
    """A strike or an outing on one of the days that are booked."""
    day = date(2026, 11, 23) + timedelta(draw(st.sampled_from([0, 1, 8, 9, 15])))
    parts = (
        f'activites = ["{draw(st.sampled_from(names))}"]',
        f'ecoles = ["{draw(st.sampled_from(schools))}"]',
        'classes = ["CM2"]',
        "annuler = true",
    )
    chosen = draw(st.lists(st.sampled_from(parts), unique=True))
    return f'{{ motif = "Grève", jour = {day}{"".join(f", {part}" for part in chosen)} }}'


@st.composite
def _bookings(
    draw: st.DrawFn,
    lasts: dict[tuple[str, str], date | None],
    families: dict[str, list[str]],
    calendar: tuple[date, date],
) -> str:
    """What was booked at the counter: some days on and after the day of the import, that the town's rules allow."""
    lines = []
    for (child, name), last in lasts.items():
        for offset in draw(st.lists(st.sampled_from([0, 1, 8, 9, 15, 300]), unique=True, max_size=3)):
            day = date(2026, 11, 23) + timedelta(offset)
            if calendar[0] <= day <= min(calendar[1], last or date.max):
                lines.append(f"{families[child][0]};{child};{name};{day};;mairie;2026-11-02 10:30\n")
    return "famille;enfant;activite;date;action;canal;saisie_le\n" + "".join(lines)


def _town_text(
    schools: list[str], activities: str, calendar: tuple[tuple[date, date], list[str]], diets: list[str]
) -> str:
    eaten = "\n".join(f'{diet} = "{DIETS[diet]}"' for diet in diets)
    listed = "\n".join(f'{school} = "{SCHOOLS[school]}"' for school in schools)
    (first, last), closures = calendar
    closed = f"fermetures = [{', '.join(closures)}]"
    days = f'premier-jour = {first}\ndernier-jour = {last}\nzone = "A"\n{closed}'
    return f"{HEAD}[ecoles]\n{listed}\n\n{activities}\n[calendrier]\n{days}\n\n[regimes]\n{eaten}\n"
