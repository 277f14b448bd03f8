"""What the town hall does meanwhile: it changes from when on a child is enrolled, and so which days have a box."""

from dataclasses import dataclass, field

from tests.browser.tables import Tables

FAMILY = "f-bond"


@dataclass
class Office:
    """The office of the portal with these tables; what it changed can be put back."""

    tables: Tables
    _before: dict[str, list[str]] = field(default_factory=dict)

    def enrols_from(self, child: str, **first_days: str) -> None:
        """``enrols_from("c-008", garderie_matin="2016-01-11")``: earlier days of these activities are closed."""
        enrolments = [text.split("|") for text in self._enrolments(child)]
        self._before.setdefault(child, ["|".join(parts) for parts in enrolments])
        changed = [
            f"{activity}|{read_only}|{first_days.get(activity.replace('-', '_'), first)}|{last}"
            for activity, read_only, first, last in enrolments
        ]
        self._write(child, changed)

    def puts_back(self) -> None:
        """Every enrolment is as the import left it."""
        for child, enrolments in self._before.items():
            self._write(child, enrolments)

    def _enrolments(self, child: str) -> list[str]:
        found: list[str] = self.tables["families"].get_item(Key=_key(child))["Item"]["enrolments"]
        return found

    def _write(self, child: str, enrolments: list[str]) -> None:
        self.tables["families"].update_item(
            Key=_key(child), UpdateExpression="SET enrolments = :all", ExpressionAttributeValues={":all": enrolments}
        )


def _key(child: str) -> dict[str, str]:
    return {"family": FAMILY, "part": f"CHILD#{child}"}
