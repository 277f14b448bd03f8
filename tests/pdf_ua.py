"""A checker of PDF/UA that others wrote. « page » judges the conditions of ISO 14289-1 that a machine can; its authors
hold it to the files of veraPDF, whose own program no registry of packages has."""

from page import validate_pdf_bytes


def faults_of(pdf: bytes) -> list[str]:
    """Each condition of PDF/UA-1 that the PDF breaks, with what the checker says of it."""
    return [f"{one.rule_id}: {one.message}" for one in validate_pdf_bytes(pdf, profile="ua1").failures]
