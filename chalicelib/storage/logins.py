"""What a child code opens: one row for each family that has the child."""

from chalicelib.rules.ids import ChildId, FamilyId
from chalicelib.services.ports import Login
from chalicelib.storage.database import Database, RawItem
from chalicelib.storage.rows import LoginRow


class DynamoLoginStore:
    """``LoginStore``."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rows = database.bind(LoginRow)

    def find(self, key: str) -> tuple[Login, ...]:
        return tuple(login_of(item) for item in self.database.pages("logins.find", self.rows, key))


def login_of(item: RawItem) -> Login:
    return Login(
        family=FamilyId(item["family"]["S"]),
        child=ChildId(item["child"]["S"]),
        salt=item["salt"]["B"],
        secret=item["secret"]["B"],
    )


def row_of(rows: type[LoginRow], key: str, login: Login) -> LoginRow:
    return rows(key, login.family, child=login.child, salt=login.salt, secret=login.secret)
