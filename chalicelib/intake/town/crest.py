"""The town's crest: a small SVG that can only draw. What it holds is checked against a list."""

import re
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

MOST_CREST_BYTES = 4096
MOST_NAME_BYTES = 255
"""Systems refuse longer names of files."""
SVG = "{http://www.w3.org/2000/svg}"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
ELEMENTS = {
    "svg", "g", "defs", "symbol", "use", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline",
    "polygon", "text", "tspan", "linearGradient", "radialGradient", "stop", "clipPath", "mask", "pattern",
}  # fmt: skip
_ADDRESS = re.compile(r"url\s*\(\s*(?!['\"]?#)|javascript:|data:|@import|expression\s*\(", re.IGNORECASE)


class BadCrest(ValueError):
    """The drawing cannot be shown; ``args[0]`` says why in French."""


def read_crest(folder: Path, name: str) -> str:
    """The text of the drawing ``name``, a file of the town's folder. Raises BadCrest."""
    if len(name.encode()) > MOST_NAME_BYTES or not name.isprintable():
        raise BadCrest("le blason n'est pas un nom de fichier ; attendu par exemple : blason.svg")
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BadCrest(f"le blason « {name} » est hors du dossier de la ville ; attendu : un fichier de ce dossier")
    if not path.is_file():
        raise BadCrest(f"le fichier du blason « {name} » n'existe pas ; attendu : un dessin SVG à côté de town.toml")
    content = path.read_bytes()
    if len(content) > MOST_CREST_BYTES:
        raise BadCrest(f"le blason pèse {len(content)} octets ; attendu : {MOST_CREST_BYTES} au plus")
    check_drawing(content)
    return content.decode("utf-8-sig")


def check_drawing(content: bytes) -> None:
    """Raises BadCrest unless ``content`` is an SVG with shapes and nothing active or remote."""
    try:
        content.decode("utf-8-sig")
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, UnicodeDecodeError, LookupError) as error:
        raise BadCrest("le blason n'est pas un SVG lisible ; attendu : du SVG en UTF-8, sans DOCTYPE") from error
    if root.tag != f"{SVG}svg":
        raise BadCrest('le blason n\'est pas un SVG ; attendu : <svg xmlns="http://www.w3.org/2000/svg">')
    for element in root.iter():
        _check(element)


def _check(element: Element) -> None:
    name = str(element.tag).removeprefix(SVG)
    if name not in ELEMENTS:
        shown = name.rpartition("}")[2]
        raise BadCrest(f"le blason contient <{shown}> ; attendu : des formes simples (« SVG simple » à l'export)")
    for attribute, value in element.attrib.items():
        local = attribute.rpartition("}")[2]
        if attribute.startswith("{") and attribute not in {XLINK_HREF, XML_SPACE}:
            raise BadCrest(
                f"le blason contient l'attribut {local} d'un logiciel de dessin ; exportez en « SVG simple »"
            )
        if local.lower().startswith("on"):
            raise BadCrest(f"le blason contient l'attribut actif {local} ; attendu : un dessin sans programme")
        if (local == "href" and not value.startswith("#")) or _ADDRESS.search(value):
            raise BadCrest(f"le blason appelle une adresse ({local}) ; attendu : un dessin qui se suffit")
