"""What a PDF says besides its text: its title, its author, that it keeps to PDF/UA (ISO 14289-1), and texts that are
read and not drawn."""

from datetime import UTC, datetime
from html import escape

PDF_UA = 1
"""Part of ISO 14289 that our papers keep to: the tests ask a checker that others wrote."""


def xmp(*, title: str, author: str, created: datetime) -> str:
    """The metadata in XMP, without its envelope; ``created`` is aware."""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">'
        f"<pdfuaid:part>{PDF_UA}</pdfuaid:part>"
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>'
        f"<dc:creator><rdf:Seq><rdf:li>{escape(author)}</rdf:li></rdf:Seq></dc:creator>"
        f"<xmp:CreateDate>{created.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</xmp:CreateDate>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def as_hex(text: str) -> str:
    """Text as a PDF writes it in hexadecimal digits, whatever letters it has."""
    return f"FEFF{text.encode('utf-16-be').hex().upper()}"
