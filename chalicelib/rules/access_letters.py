"""What the letter to a family says, which gives it its codes."""

from chalicelib.rules.ids import FamilyId
from chalicelib.values import Value


class LettersChild(Value):
    """A child as its family knows it, and the *code enfant* that signs in to it."""

    name: str
    code: str


class AccessLetter(Value):
    """One letter. ``code`` is the family's payer code, its secret; ``address`` has the lines under the payer's name,
    and none when the town's list has no address. ``renewed``: another code of the family stops working."""

    family: FamilyId
    payer: str
    address: tuple[str, ...]
    children: tuple[LettersChild, ...]
    code: str
    renewed: bool = False
