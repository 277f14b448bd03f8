"""The ticket of a payment on paper."""

from datetime import datetime

from chalicelib.services.ticket_ports import TicketSheet


class TicketPdf:
    """``TicketRenderer``."""

    def __call__(self, sheet: TicketSheet, town: str, at: datetime) -> str:
        # Only whoever asks for a ticket waits for the fonts.
        from chalicelib.adapters.plain_pdf import TITLE, PaperColumn, PlainPdf  # noqa: PLC0415

        pdf = PlainPdf(title=sheet.title, author=town, at=at)
        pdf.paragraph(town)
        pdf.space(10)
        pdf.paragraph(sheet.title, TITLE)
        columns = [PaperColumn("Détail", 180, right=False), PaperColumn("Valeur", 319, right=False)]
        for lines in sheet.payments:
            pdf.space(12)
            pdf.table(columns, lines, [name == "Montant" for name, _ in lines])
        for note in sheet.notes:
            pdf.space(10)
            pdf.paragraph(note)
        return pdf.to_text()
