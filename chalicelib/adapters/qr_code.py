"""An address as a QR code, which a phone's camera opens: drawn in a PDF as squares, without an image."""

from functools import lru_cache

QUIET = 4
"""White modules around the code, which the norm (ISO 18004) asks for."""
CODES = 8
"""Codes that are kept: all invoices of a town have the same one."""


@lru_cache(CODES)
def squares(address: str, left: float, bottom: float, size: float) -> str:
    """Operators of a PDF's page that fill the code of ``address`` in a square of ``size`` points, its white edge
    included. Squares that touch in a row are one, so that no printer leaves a gap."""
    import segno  # noqa: PLC0415 - only an import of invoices needs it

    rows = [bytes(row) for row in segno.make_qr(address, error="m").matrix]
    module = size / (len(rows) + 2 * QUIET)
    drawn = []
    for number, row in enumerate(rows):
        y = bottom + size - (QUIET + number + 1) * module
        start = 0
        while (start := row.find(1, start)) >= 0:
            end = row.find(0, start) if 0 in row[start:] else len(row)
            x = left + (QUIET + start) * module
            drawn.append(f"{x:.2f} {y:.2f} {(end - start) * module:.2f} {module:.2f} re")
            start = end
    return "\n".join(["0 g", *drawn, "f"])
