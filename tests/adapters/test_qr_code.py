"""The squares of a QR code are the code's, with the white edge that readers need."""

import pytest
import segno

from chalicelib.adapters.qr_code import QUIET, squares


@pytest.mark.parametrize("address", ["https://portail.ville.fr/factures", "https://x.fr/" + "a" * 200])
def test_what_is_drawn_is_the_code(address: str) -> None:
    matrix = [bytes(row) for row in segno.make_qr(address, error="m").matrix]
    module = 100 / (len(matrix) + 2 * QUIET)
    drawn = [bytearray(len(matrix)) for _ in matrix]
    for line in squares(address, 50, 20, 100).splitlines():
        if line.endswith(" re"):
            x, y, width, height = map(float, line.split()[:4])
            assert height == pytest.approx(module, abs=0.01)
            row = round((120 - y) / module) - QUIET - 1
            for column in range(round((x - 50) / module), round((x - 50 + width) / module)):
                drawn[row][column - QUIET] = 1
    assert [bytes(row) for row in drawn] == matrix
