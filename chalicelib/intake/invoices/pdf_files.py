"""The folder ``pdf/``: one file for each invoice that the town's software prints itself; the invoice's number is the
name."""

import hashlib
import sqlite3
from pathlib import Path

from chalicelib.intake.files.faults import Faults, FileLine
from chalicelib.rules.ids import invoice_number

PDF_FOLDER = "pdf"
MOST_PDF_BYTES = 5 * 1024 * 1024
PDF_BEGINS, PDF_ENDS = b"%PDF-", b"%%EOF"
TAIL_BYTES = 2048
"""Bytes read at the end: some software writes a little after the end mark."""
LEFT_BY_WINDOWS = {"thumbs.db", "desktop.ini"}
"""Files that Windows leaves in folders."""


def stage_pdfs(folder: Path, database: sqlite3.Connection, faults: Faults) -> None:
    """Note the size of each PDF; a wrong file is a fault with its name."""
    if not (folder / PDF_FOLDER).is_dir():
        return
    for path in sorted((folder / PDF_FOLDER).iterdir()):
        if path.name.startswith(".") or path.name.lower() in LEFT_BY_WINDOWS:
            continue
        wrong = _wrong_with(path)
        if (
            not wrong
            and not database.execute(
                "INSERT OR IGNORE INTO pdfs VALUES (?, ?, ?)", (path.stem, path.name, path.stat().st_size)
            ).rowcount
        ):
            wrong = f"la facture « {path.stem} » a déjà un PDF ; attendu : un seul"
        if wrong:
            faults.add(file_line_of(path.name), wrong)


def file_line_of(name: str) -> FileLine:
    return FileLine(f"{PDF_FOLDER}/{name}", 0)


def read_pdf(folder: Path, name: str) -> bytes:
    return (folder / PDF_FOLDER / name).read_bytes()


def tag_of(pdf: bytes) -> str:
    """What two PDFs with the same bytes have in common. It is kept with the invoice, so that a nightly import compares
    files without asking for one."""
    return hashlib.sha256(pdf).hexdigest()[:32]


def _is_number(text: str) -> bool:
    try:
        return bool(invoice_number(text))
    except ValueError:
        return False


def _wrong_with(path: Path) -> str:
    """Why the file is no PDF that can be put online, in French; empty when it is one."""
    if not path.is_file() or path.suffix.lower() != ".pdf" or not _is_number(path.stem):
        return "ce n'est pas le PDF d'une facture ; attendu par exemple : 2026-026-000335.pdf"
    size = path.stat().st_size
    if size > MOST_PDF_BYTES:
        return f"le fichier pèse {size} octets ; attendu : {MOST_PDF_BYTES} au plus"
    with path.open("rb") as file:
        begins = file.read(len(PDF_BEGINS))
        file.seek(max(0, size - TAIL_BYTES))
        whole = PDF_ENDS in file.read()
    if begins != PDF_BEGINS or not whole:
        return "le fichier est abîmé ou n'est pas un PDF ; attendu : un PDF entier"
    return ""
