"""A file is read exactly or refused: never read as other text."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.intake.files.charsets import UnreadableFile, encoding_of
from infra.local.demo.names import CLASSES, FIRST_NAMES, LAST_NAMES

NAMES = [*FIRST_NAMES, *LAST_NAMES, *CLASSES, "École élémentaire", "MAÎTRE", "Benoît", "île d’Yeu", "L’École", "CÔTE"]
NAMES += ["SACRÉ-CŒUR", "sœur", "Œuvre", "LÆTITIA", "Loïc", "HÉLÈNE", "Geneviève", "Ève", "JÉRÔME", "FORÊT", "août"]
NAMES += ["Angélique", "voilà", "là", "OÙ", "Müller", "Agnès", "CHÂTEAU", "PRéVERT", "JOSé", "N° 3", "« Les Prés »"]
NAMES += ["12 €", "Noël…", "garderie – matin", "Nuñez", "JOÃO", "MAGALHÃES", "Martínez", "Žižek", "Łukasz", "İpek"]
NAMES += [
    "leçon",
    "GARÇON",
    "Loïs",
    "Éveil",
    "éveil musical",
    "Crêpe",
    "NAÏM",
    "Hôtel",
    "BÊTE",
    "Gaëlle",
    "RENÉ",
    "égale",
]
CODE_PAGES = ["utf-8", "utf-8-sig", "cp1252", "latin-1", "iso8859-15", "cp850", "cp437", "mac_roman", "cp858", "cp863"]
CODE_PAGES += ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"]


def read(path: Path, content: bytes) -> str | None:
    """The text as an import reads it, None when it is refused."""
    path.write_bytes(content)
    try:
        return content.decode(encoding_of(path))
    except UnreadableFile:
        return None


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("charsets") / "enfants.csv"


@settings(max_examples=300, deadline=None)
@given(names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=12), page=st.sampled_from(CODE_PAGES))
def test_a_list_is_read_exactly_or_refused(path: Path, names: list[str], page: str) -> None:
    text = "identifiant;nom\n" + "".join(f"c-{n};{name}\n" for n, name in enumerate(names))
    written = "".join(sign for sign in text if sign.encode(page, "ignore"))
    assert read(path, written.encode(page)) in (written, None)


@pytest.mark.parametrize("page", CODE_PAGES)
def test_one_name_alone_is_read_exactly_or_refused(path: Path, page: str) -> None:
    for name in NAMES:
        text = "".join(sign for sign in f"identifiant;nom\nc-1;{name}\n" if sign.encode(page, "ignore"))
        assert read(path, text.encode(page)) in (text, None), name


@given(
    st.lists(st.sampled_from(NAMES), min_size=1), st.sampled_from(["cp1252", "latin-1", "cp850", "cp437", "mac_roman"])
)
def test_what_was_read_wrong_before_it_was_saved_is_refused(path: Path, names: list[str], page: str) -> None:
    """UTF-8 shown by another code page, saved again as UTF-8."""
    text = "".join(f"{name};é\n" for name in names)
    twice = text.encode().decode(page, "replace")
    assert read(path, twice.encode()) is None


def test_windows_1252_is_still_read(path: Path) -> None:
    """What was refused for being doubtful would be lost to every town that exports so."""
    whole = "".join(f"{name}\n" for name in [*FIRST_NAMES, *LAST_NAMES, *CLASSES, "L’École", "CŒUR", "« été »", "12 €"])
    assert read(path, whole.encode("cp1252")) == whole
    alone = [name for name in [*FIRST_NAMES, *LAST_NAMES, *CLASSES] if read(path, name.encode("cp1252")) != name]
    assert alone == []


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        pytest.param("a;b\nBéatrice ESCOFFIÉ;x\n".encode("cp850"), 2, "DOS (page de codes 850)", id="cp850"),
        pytest.param("a;b\nBéatrice ESCOFFIÉ;x\n".encode("mac_roman"), 2, "Macintosh", id="Mac"),
        pytest.param("a;b\nCŒUR\n".encode("iso8859-15"), 2, "Latin-9", id="Latin-9"),
        pytest.param("a\nNoé\nZoé\n".encode() + b"Ann\xe9\n", 4, "mélange deux jeux", id="UTF-8 but for a byte"),
        pytest.param("a\nZoé\n".encode("cp1252") + "Noé\n".encode(), 2, "mélange deux jeux", id="two files pasted"),
        pytest.param("a\nNoÃ©mie LEFÃˆVRE\n".encode(), 2, "encodés deux fois (« Ã© »)", id="double encoding"),
        pytest.param("a\nlâ€™été\n".encode(), 2, "encodés deux fois", id="double encoding of an apostrophe"),
        pytest.param("a\nNo├®mie\n".encode(), 2, "encodés deux fois", id="double encoding by DOS"),
        pytest.param("a\n╔cole\n".encode(), 2, "filets de tableau (« ╔ »)", id="Windows read as DOS"),
        pytest.param("a\nNo√©mie\n".encode(), 2, "encodés deux fois", id="double encoding by a Mac"),
        pytest.param("a\nNo\ufffdmie\n".encode(), 2, "des caractères y sont perdus", id="U+FFFD"),
        pytest.param("a\nNo\x82mie\n".encode(), 2, "caractères de commande", id="C1"),
        pytest.param("a\nB‚atrice\n".encode(), 2, "devenus d'autres signes (« ‚ »)", id="DOS saved again as UTF-8"),
        pytest.param("a\nАnna\n".encode(), 2, "deux alphabets", id="a Cyrillic letter among others"),
        pytest.param(b"a\nNo\x81mie\n", 2, "anciens logiciels DOS", id="undefined byte"),
        pytest.param("a\nx\n".encode("utf-16"), 1, "Unicode UTF-16", id="UTF-16"),
        pytest.param("a;b\nNoé;x\n".encode("utf-16-le"), 1, "Unicode UTF-16", id="UTF-16 without BOM"),
        pytest.param("a;b\nNoé;x\n".encode("utf-16-be"), 1, "Unicode UTF-16", id="UTF-16 BE without BOM"),
        pytest.param("a\nx\n".encode("utf-32"), 1, "Unicode UTF-32", id="UTF-32"),
        pytest.param(b"a;b;c;d;e;f\nx;y\0;z\n", 2, "octets nuls", id="NUL"),
        pytest.param(b"a;b\nx;y\n\x1a", 3, "Ctrl-Z", id="Ctrl-Z"),
        pytest.param(b"PK\x03\x04\x14\x00\x06", 1, "classeur (.xlsx, .ods)", id="xlsx"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1", 1, "classeur Excel (.xls)", id="xls"),
        pytest.param(b"%PDF-1.7\n", 1, "PDF", id="PDF"),
        pytest.param(b"<html><table><tr><td>a</td></tr></table>", 1, "page web", id="HTML"),
        pytest.param("a\nx\n\ufeffa\ny\n".encode(), 3, "collés l'un à l'autre", id="a BOM inside"),
    ],
)
def test_what_it_is_is_said_and_how_to_save_it_again(path: Path, content: bytes, line: int, said: str) -> None:
    path.write_bytes(content)
    with pytest.raises(UnreadableFile) as refused:
        encoding_of(path)
    assert said in str(refused.value)
    assert " ; attendu : " in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.line == line


@given(
    st.lists(st.sampled_from(NAMES), max_size=8),
    st.sampled_from(
        ["Chloé", "Léa", "Noémie", "Agnès", "Geneviève", "Gaëlle", "Benoît", "Loïc", "Hôtel", "leçon", "ÉVA"]
    ),
)
def test_windows_1252_that_was_read_as_dos_before_it_was_saved_is_refused(
    path: Path, names: list[str], damaged: str
) -> None:
    text = "".join(f"{name}\n" for name in (*names, damaged))
    as_dos = text.encode("cp1252", "ignore").decode("cp850")
    assert read(path, as_dos.encode()) is None


@pytest.mark.parametrize(
    ("written", "read_as"),
    [("cp1252", "cp437"), ("mac_roman", "cp850"), ("cp850", "mac_roman"), ("cp1252", "mac_roman")],
)
def test_other_pages_read_as_one_another_are_refused_too(path: Path, written: str, read_as: str) -> None:
    text = "Zoé\nChloé\nNoémie\n".encode(written).decode(read_as)
    assert read(path, text.encode()) is None


OTHER_TEXTS = ["JOÃO MAGALHÃES", "Â\n", "« É », voilà\u00a0», É… l'ÉTÉ’", "Ångström, Straße, Žižek", "3 × 4"]
OTHER_TEXTS += ["Анна, Zoe\u0301", "# ── Écoles ──"]
OTHER_TEXTS += ["aujourd´hui, O´Brien, l´île", "Sigþór, Guðrún, Þór", "10 m², 5 µg, 3÷2, C’est « l’été » – enfin…"]
CASE_ALONE = (
    "BenoÎt FranÇois GeneviÈve FrÉdÉric HÉlÈne NoËl AnaÏs CÔte AoÛt JoÃo GuimarÃes GarcÍa LesÉtoiles MarieÈve RENé"
)


@pytest.mark.parametrize("text", OTHER_TEXTS)
def test_other_languages_are_read_in_utf_8(path: Path, text: str) -> None:
    assert read(path, text.encode()) == text


@pytest.mark.parametrize("name", CASE_ALONE.split())
def test_software_that_makes_small_letters_of_ascii_alone_is_taken(path: Path, name: str) -> None:
    """Its accents are right, and its town could not export otherwise."""
    assert read(path, name.encode()) == name


def test_lines_beyond_the_first_block_are_counted(path: Path) -> None:
    path.write_bytes(b"a;b\n" * 100_000 + "No\ufffd\n".encode())
    with pytest.raises(UnreadableFile) as refused:
        encoding_of(path)
    assert refused.value.line == 100_001
