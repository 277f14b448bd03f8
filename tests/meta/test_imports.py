"""What a Lambda does not need is not loaded: each import is paid at every cold start."""

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from chalicelib.wiring_jobs import Jobs

ROOT = Path(__file__).parents[2]
SETTINGS = {
    "AWS_REGION": "eu-west-3",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "PORTAL_STAGE": "test",
    "PORTAL_TABLES": "test",
    "PORTAL_SESSION_SECRET": "a-session-secret-of-the-tests",
    "PORTAL_PEPPER": "a pepper of the tests",
    "PORTAL_SENDER": "portail@ville.example",
}
PDF = {"fpdf", "fontTools", "PIL", "segno"}
NOT_FOR_PAGES = {
    *PDF,
    "defusedxml",
    "chalicelib.services.notifying",
    "chalicelib.services.sending",
    "chalicelib.services.recounting",
    "chalicelib.intake",
    "chalicelib.adapters.plain_pdf",
    "email_validator",
}


def loaded_by(code: str) -> set[str]:
    """Modules in a new process that ran ``code``, packages included."""
    ended = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **SETTINGS},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return set(ended.stdout.split())


def test_the_pages_load_neither_jobs_nor_import_nor_pdf() -> None:
    loaded = loaded_by("import app\napp.portal()")
    assert "chalicelib.services.planning" in loaded, "the portal was meant to be built"
    assert loaded & NOT_FOR_PAGES == set()


@pytest.mark.parametrize("job", [job.name for job in fields(Jobs)])
def test_the_jobs_load_neither_import_nor_pdf(job: str) -> None:
    loaded = loaded_by(f"from chalicelib import jobs\nassert jobs.{job}\njobs._jobs()")
    assert "chalicelib.services.notifying" in loaded, "the jobs were meant to be built"
    assert loaded & {*PDF, "chalicelib.intake"} == set()


def test_a_loaded_module_is_seen() -> None:
    assert "email_validator" in loaded_by("import email_validator")
