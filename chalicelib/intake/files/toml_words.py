"""What ``tomllib`` says of a text that is no TOML, in French and with its line."""

import re
import tomllib
from collections.abc import Iterator

MOST_NUMBER = 10**18
_AT = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")
_LONG_NUMBER = re.compile(r"= *[-+]?[0-9a-zA-Z_]{16,}")
_FRENCH = {
    "Cannot overwrite a value": "cette clé est déjà écrite plus haut",
    "Cannot declare": "ce tableau est déjà écrit plus haut",
    "Cannot mutate immutable namespace": "cette clé est déjà écrite entière ailleurs",
    "Cannot redefine namespace": "cette clé est déjà écrite entière ailleurs",
    "Duplicate inline table key": "cette clé est deux fois entre les mêmes accolades",
    "Invalid value": "la valeur n'est pas comprise ; attendu : un texte entre guillemets, un nombre, une date…",
    "Invalid date or datetime": "cette date n'existe pas ; attendu : année, mois, jour, par exemple 2026-09-01",
    "Invalid hex value": "« \\u » et « \\x » demandent un code ; attendu : « \\\\ » pour une barre inversée",
    "Escaped character is not": "le code d'un caractère n'existe pas ; attendu : le caractère lui-même",
    "Unescaped '\\'": "une barre inversée est seule ; attendu : « \\\\ », ou le texte entre apostrophes",
    "Invalid initial character": "la clé commence mal ; attendu : lettres sans accent, chiffres et tirets",
    "Invalid statement": "la ligne commence mal ; attendu : « clé = valeur » ou « [tableau] »",
    "Expected '=' after a key": "il manque « = » après la clé",
    "Expected ']]'": "il manque « ]] » à la fin du nom du tableau",
    "Expected ']'": "il manque « ] » à la fin du nom du tableau",
    "Expected newline or end of document": "il y a quelque chose en trop à la fin de la ligne",
    "Expected ": "il manque le guillemet de fin",
    "Unterminated string": "il manque le guillemet de fin",
    "Illegal character": "un guillemet n'est pas fermé, ou un caractère est interdit",
    "Found invalid character": "un caractère est interdit dans un commentaire ou entre apostrophes",
    "Unclosed": "il manque un crochet ou une accolade de fin",
}
"""The beginning of a sentence of ``tomllib`` -> what is said in its place; the first that fits."""
NOT_TOML = 'ce n\'est pas du TOML ; attendu : des lignes comme nom = "Ville"'


class BadToml(ValueError):
    """The text is no TOML. It has the line where this shows, and the reason in French."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"le fichier n'est pas bien formé : {why}")
        self.line = line


def parsed(text: str) -> dict[str, object]:
    """Raises BadToml."""
    try:
        read = tomllib.loads(text)
        sound = all(abs(number) < MOST_NUMBER for number in _whole_numbers(read))
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        at = _AT.search(said)
        line = int(at.group(1)) if at and at.group(1) else text.count("\n") + 1
        raise BadToml(line, in_french(said)) from error
    except RecursionError as error:
        raise BadToml(1, "trop de crochets ou d'accolades les uns dans les autres") from error
    except ValueError:  # Python reads no number of more than 4300 digits.
        sound = False
    if not sound:
        raise BadToml(_line_of_long_number(text), "un nombre a trop de chiffres ; attendu : 18 au plus")
    return read


def in_french(said: str) -> str:
    """What ``tomllib`` means by ``said``; for a new sentence, only that the text is no TOML."""
    return next((french for begins, french in _FRENCH.items() if said.startswith(begins)), NOT_TOML)


def _whole_numbers(read: object) -> Iterator[int]:
    """Those of the file, however deep: Python writes none of thousands of digits, and no table keeps it."""
    left = [read]
    while left:
        match left.pop():
            case int(number):
                yield number
            case dict(table):
                left += table.values()
            case list(items):
                left += items


def _line_of_long_number(text: str) -> int:
    found = _LONG_NUMBER.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 1
