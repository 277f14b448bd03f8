"""A crest can only draw."""

from pathlib import Path

import pytest

from chalicelib.intake.town.crest import BadCrest, check_drawing, read_crest

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">{}</svg>'
SHAPES = '<defs><g id="a"><path d="M0 0h9v9z"/></g></defs><use xlink:href="#a"/><rect fill="url(#b)" width="3"/>'


def test_shapes_are_fine() -> None:
    check_drawing(SVG.format(SHAPES).encode())


@pytest.mark.parametrize(
    ("inside", "part"),
    [
        ("<script>alert(1)</script>", "<script>"),
        ("<foreignObject/>", "<foreignObject>"),
        ("<style>@import url(//x)</style>", "<style>"),
        ("<animate attributeName='href'/>", "<animate>"),
        ("<a href='https://x.example'/>", "<a>"),
        ("<image href='https://x.example/i.png'/>", "<image>"),
        ("<rect onclick='alert(1)'/>", "onclick"),
        ("<rect OnLoad='alert(1)'/>", "OnLoad"),
        ("<use href='https://x.example/s.svg#a'/>", "adresse (href)"),
        ("<use xlink:href='other.svg#a'/>", "adresse (href)"),
        ("<rect fill='url(https://x.example/p)'/>", "adresse (fill)"),
        ("<rect fill=\"url( '//x.example/p')\"/>", "adresse (fill)"),
        ("<rect style='background:URL(https://x.example)'/>", "adresse (style)"),
        ("<g xmlns:i='http://inkscape' i:label='x'/>", "logiciel de dessin"),
        ("<x:script xmlns:x='http://www.w3.org/1999/xhtml'/>", "<script>"),
    ],
)
def test_anything_active_or_remote_is_refused(inside: str, part: str) -> None:
    with pytest.raises(BadCrest) as refused:
        check_drawing(SVG.format(inside).encode())
    assert part in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"not xml", id="not XML"),
        pytest.param(b"<html/>", id="not SVG"),
        pytest.param(b"<svg/>", id="SVG without its namespace"),
        pytest.param(b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("&a;").encode(), id="entities"),
        pytest.param(SVG.format("<title>é</title>").encode("latin-1"), id="not UTF-8"),
        pytest.param(b'<?xml version="1.0" encoding="klingon"?><svg/>', id="unknown encoding"),
    ],
)
def test_only_svg_in_utf8(content: bytes) -> None:
    with pytest.raises(BadCrest):
        check_drawing(content)


def test_a_crest_is_a_small_file_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "town"
    folder.mkdir()
    (folder / "b.svg").write_text(SVG.format(SHAPES))
    assert read_crest(folder, "b.svg").startswith("<svg")
    (tmp_path / "out.svg").write_text(SVG.format(SHAPES))
    (folder / "big.svg").write_text(SVG.format(SHAPES + " " * 5000))
    for name, part in (("../out.svg", "hors du dossier"), ("none.svg", "n'existe pas"), ("big.svg", "4096 au plus")):
        with pytest.raises(BadCrest) as refused:
            read_crest(folder, name)
        assert part in str(refused.value)
