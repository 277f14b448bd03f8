"""The character set of a town's file, or the one sentence that says why the file cannot be read.

Nobody notices that a list is read in the wrong character set, and its names stay wrong for ever. So nothing is guessed:
a file is UTF-8, or surely Windows-1252, or it is refused, with what it seems to be and how to save it again.
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from chalicelib.intake.files.code_pages import CONTEXT, OTHER_PAGES, WINDOWS, strangers, suspected

UTF_8 = "utf-8-sig"
BLOCK_BYTES = 1 << 16
MOST_CONTEXTS = 4096
AGAIN = (
    "attendu : un CSV en UTF-8, exporté de nouveau ou enregistré par le tableur au format « CSV UTF-8 », "
    "les colonnes de codes au format « Texte »"
)
IN_THESE = f"{AGAIN}, après l'avoir ouvert dans ce jeu de caractères"
FROM_ITS_SOFTWARE = "attendu : exporter de nouveau depuis le logiciel d'origine, puis enregistrer en « CSV UTF-8 »"

_OTHER_FILES = (
    (b"PK\x03\x04", "le fichier est un classeur (.xlsx, .ods) ou une archive zip, malgré son nom"),
    (b"\xd0\xcf\x11\xe0", "le fichier est un classeur Excel (.xls), malgré son nom"),
    (b"%PDF-", "le fichier est un PDF, malgré son nom"),
    (b"\x1f\x8b", "le fichier est une archive gzip, malgré son nom"),
    (b"{\\rtf", "le fichier est un texte mis en forme (.rtf), malgré son nom"),
)
_CONTROLS = (
    (b"\0", "des octets nuls : il est abîmé ou n'est pas un texte"),
    (b"\x1a", "le signe de fin des anciens logiciels DOS (Ctrl-Z)"),
)
_PAGE = re.compile(rb"\s*<(?:!doctype|html|table|\?xml)\b", re.IGNORECASE)
_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_AS_WINDOWS_ENDS = re.compile(rb"[\xc0-\xff][\xa0\xab\xbb\x85\x91-\x97]+")
"""``É »``, ``é…``: a letter of Windows-1252 with a quote or an ellipsis after it looks like one character of UTF-8."""
_CONTINUED = "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
"""The second byte of a UTF-8 character, as Windows-1252 shows it."""
_LATIN, _NOT_LATIN = "A-Za-z\xc0-\u024f", "\u0250-\u02ba\u0370-\u1cff"
_LETTER, _SMALL = "[^\\W\\d_]", "[a-zß-öø-ÿœ]"
_OF_DOS_AND_MAC = "∂∆∏∑∞∩√≈◊⌠⌡ⁿ₧˚¸"
_TWICE = "ses accents sont encodés deux fois"
_OTHER_SIGNS = "ses accents sont devenus d'autres signes"
_TROUBLES = (
    (re.compile("\ufffd"), "des caractères y sont perdus"),
    (re.compile(f"Ã[{_CONTINUED}]|Â[\xa0-\xbf]|Å[“’¸¡½¾]|â€[{_CONTINUED}]|â‚¬|ï»¿"), _TWICE),
    (re.compile("[├┬][\u00a1-\uffff]|√[©®™†¥¬∞±≤≥]"), _TWICE),
    (
        re.compile("(?<=[^\\W\\d_])[\u2500-\u259f]|[\u2500-\u259f](?=[^\\W\\d_])"),
        "ses accents sont devenus des filets de tableau",
    ),
    (re.compile("[\x80-\x9f]"), "il a des caractères de commande à la place d'accents"),
    (re.compile(f"(?<={_LETTER})[‚„†‡ˆ‰‹›•˜™ƒ¤¦¨¬¯¶“”¡¿€£¢¥§±²³¹¼½¾÷{_OF_DOS_AND_MAC}]+(?={_LETTER})"), _OTHER_SIGNS),
    (re.compile(f"(?<={_LETTER})[‚„ˆ˜ƒ]|(?<=[aeo])´(?=[a-z])|(?<=[aeinr])þ(?=[aou])"), _OTHER_SIGNS),
    (re.compile(f"[{_LATIN}][{_NOT_LATIN}]|[{_NOT_LATIN}][{_LATIN}]"), "deux alphabets s'y mêlent dans un mot"),
    (re.compile("[\ue000-\uf8ff]"), "il a des signes qui n'existent que dans un logiciel"),
    (re.compile("(?<!^)\ufeff"), "deux fichiers y sont collés l'un à l'autre"),
)
"""Signs in the text itself that it was read in the wrong character set before it was saved."""
_CAPITALS = (
    (
        re.compile(f"(?<={_SMALL})(?:[ÚÞÙÄÅ]|[ÈÇ](?!{_LETTER}))|(?<!{_LETTER})[A-Z][ÚÄ](?={_SMALL})"),
        "ses accents sont devenus des majuscules",
    ),
)
"""``NoÚmie``, ``InÞs`` are Windows-1252 read as DOS. ``NoÄmie``, ``ZoÈ``, ``ZoÇ`` come from a Mac. ``BenoÎt``,
``FranÇois``, ``JoÃo`` are no misreadings: some software makes small letters only of A to Z."""
_LOST_ACCENT = re.compile(r"(?<=[^\W\d_])\?(?=[^\W\d_])|&(?:[A-Za-z]+|#\d+);|(?<=[a-zà-ÿ])[ŽŠŸ](?=[a-zà-ÿ])")
"""``No?mie``, ``No&eacute;mie``, ``NoŽmie`` in a name. Elsewhere a question mark between letters may be right."""
_EVERYDAY = frozenset(map(chr, range(128))) | set("éèêëàâçîïôùûüÉÈÊËÀÇÎÏÔÙÛœŒ")
"""Of the troubles, only ``_CAPITALS`` have these characters and no others. Most texts have no others, so they need
fewer checks."""


class UnreadableFile(ValueError):
    """The text cannot be trusted. It says, in French, the line where this shows, ``what`` is wrong and how to save the
    file again."""

    def __init__(self, line: int, what: str, mend: str = AGAIN) -> None:
        super().__init__(f"{what} ; {mend}")
        self.line = line
        self.what = what


def encoding_of(path: Path) -> str:
    """``utf-8-sig`` or ``cp1252``, when the whole file surely has that character set. Raises UnreadableFile."""
    with path.open("rb") as file:
        _refuse_other_files(file.read(BLOCK_BYTES))
    text_is_utf_8 = True
    for line, block in _blocks(path):
        _refuse_controls(line, block)
        if text_is_utf_8:
            try:
                _refuse_troubles(line, block.decode())
            except UnicodeDecodeError:
                text_is_utf_8 = False
    if text_is_utf_8:
        return UTF_8
    _refuse_mixed(path)
    _refuse_other_pages(path)
    return WINDOWS


def lost_accents(name: str) -> bool:
    """Whether a person's name shows that it was once saved or exported in the wrong character set."""
    return bool(_LOST_ACCENT.search(name))


def _blocks(path: Path) -> Iterator[tuple[int, bytes]]:
    """Whole lines, 64 KiB at a time, with the number of the first line."""
    line = 1
    with path.open("rb") as file:
        while lines := file.readlines(BLOCK_BYTES):
            yield line, b"".join(lines)
            line += len(lines)


def _refuse_other_files(head: bytes) -> None:
    for begins, what in _OTHER_FILES:
        if head.startswith(begins):
            raise UnreadableFile(1, what)
    if _PAGE.match(head.removeprefix(codecs.BOM_UTF8)):
        raise UnreadableFile(1, "le fichier est une page web ou du XML, malgré son nom")
    if head.startswith(_UTF_32):
        raise UnreadableFile(1, "le fichier est en « Unicode UTF-32 »")
    if head.startswith(_UTF_16) or max(head[::2].count(0), head[1::2].count(0)) > len(head) // 4:
        raise UnreadableFile(1, "le fichier est en « Unicode UTF-16 »")


def _refuse_controls(line: int, block: bytes) -> None:
    for control, what in _CONTROLS:
        if control in block:
            raise UnreadableFile(_line_of(line, block, block.index(control)), f"le fichier a {what}")


def _refuse_troubles(line: int, text: str) -> None:
    if text.isascii():
        return
    for pattern, what in _CAPITALS if _EVERYDAY.issuperset(text) else (*_TROUBLES, *_CAPITALS):
        if found := pattern.search(text):
            shown = f" (« {found.group()} »)" if found.group().isprintable() else ""
            at = line + text.count("\n", 0, found.start())
            raise UnreadableFile(at, f"le fichier a été mal enregistré : {what}{shown}", FROM_ITS_SOFTWARE)


def _refuse_mixed(path: Path) -> None:
    """Refuse UTF-8 with a few wrong bytes, and two files that were pasted together."""
    for _, block in _blocks(path):
        if block.isascii():
            continue
        for found in _MULTIBYTE.finditer(block):
            if not _AS_WINDOWS_ENDS.fullmatch(found.group()):
                mixed = "le fichier mélange deux jeux de caractères, UTF-8 et un autre"
                raise UnreadableFile(_first_bad_line(path), mixed, FROM_ITS_SOFTWARE)


def _first_bad_line(path: Path) -> int:
    for line, block in _blocks(path):
        try:
            block.decode()
        except UnicodeDecodeError as error:
            return _line_of(line, block, error.start)
    return 1


def _refuse_other_pages(path: Path) -> None:
    """Refuse a file that is surely in another code page. This comes first: read wrongly, such a file also shows other
    troubles."""
    contexts: set[bytes] = set()
    strange = 0
    for line, block in _blocks(path):
        if block.isascii():
            continue
        for found in CONTEXT.finditer(b"\n" + block + b"\n"):
            if len(contexts) < MOST_CONTEXTS:
                contexts.add(b"".join(found.groups()))
            if not strange and strangers(found.group(2).decode(WINDOWS, "replace")):
                strange = _line_of(line, block, found.start(2) - 1)
    page = suspected(contexts)
    if page:
        line = strange or _first_bad_line(path)
        raise UnreadableFile(line, f"le fichier semble écrit dans les caractères {OTHER_PAGES[page]}", IN_THESE)
    if strange:
        raise UnreadableFile(strange, "le fichier n'est pas en UTF-8, et a un signe qu'aucun nom n'a en Windows-1252")
    for line, block in _blocks(path):
        _refuse_troubles(line, block.decode(WINDOWS))


def _line_of(first: int, block: bytes, at: int) -> int:
    return first + block.count(b"\n", 0, at)
