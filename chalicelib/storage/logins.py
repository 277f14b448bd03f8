"""What two codes open, by their fingerprint."""

from chalicelib.rules.ids import ChildId, FamilyId
from chalicelib.services.ports import Login
from chalicelib.storage.database import Database
from chalicelib.storage.rows import LoginRow


class DynamoLoginStore:
    """``LoginStore``."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rows = database.bind(LoginRow)

    def find(self, fingerprint: str) -> Login | None:
        row = self.database.get("logins.find", self.rows, fingerprint)
        return login_of(row) if row else None


def login_of(row: LoginRow) -> Login:
    return Login(family=FamilyId(row.family), child=ChildId(row.child), salt=row.salt, secret=row.secret)


def row_of(rows: type[LoginRow], fingerprint: str, login: Login) -> LoginRow:
    return rows(fingerprint, family=login.family, child=login.child, salt=login.salt, secret=login.secret)
