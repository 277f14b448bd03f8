"""The function that makes tax certificates: it draws PDFs, so it has the import's zip, with fonts and paper."""

from infra.build.beside import Zip, beside
from infra.build.function import Resource

LOGICAL = "MakeCertificates"
HANDLER = "chalicelib.certificates.make"
MEMORY = 1769
"""Megabytes: as much as has one whole CPU. Drawing is most of the first night's work, and Python draws with one."""
SECONDS = 900
# UTC: from 3 or 4 to 5 or 6 in Paris, after the night's files. What a run leaves, the next takes up; once everybody was
# looked at, the other runs of the night end at once. The rule of the days is the job's own.
RULES: dict[str, Resource] = {
    "CertificateNights": {
        "Description": "Tax certificates: made, and made again when money of their year came or went",
        "ScheduleExpression": "cron(0/15 3-4 * * ? *)",
    }
}


def certificate_function(code: Zip) -> Resource:
    """The function, what wakes it, and the right to wake it."""
    return beside(LOGICAL, code, {"Handler": HANDLER, "MemorySize": MEMORY, "Timeout": SECONDS}, {}, RULES)
