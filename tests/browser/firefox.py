"""Debian's Firefox, driven by Marionette: the second engine that looks at the pages."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marionette_driver.by import By
from marionette_driver.marionette import Marionette

FIREFOX = shutil.which("firefox-esr")
INSTALL = "Firefox is missing: sudo apt-get install --no-install-recommends firefox-esr"
PATIENCE = 60.0
DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL")
"""What its command begins with for Linux to kill it once whoever started it has ended. It keeps its pid."""
QUIET = {
    "marionette.port": 0,  # Any free one, which the profile then says.
    "app.update.disabledForTesting": True,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
"""Preferences without which it would look around on the network, or ask something."""
SETTLED = """const done = arguments[arguments.length - 1], tab = {tab};
tab.addEventListener('SSTabRestored', () => done(true), {{ once: true }});"""


class WrongFirefox(RuntimeError):
    """Another process than the one that we started answered."""


@dataclass
class Firefox:
    """One running Firefox and its current tab."""

    marionette: Marionette

    def opens(self, url: str) -> None:
        self.marionette.navigate(url)

    def goes_back(self) -> None:
        self.marionette.go_back()

    def types(self, field: str, text: str) -> None:
        """Into the field with that id."""
        self.marionette.find_element(By.ID, field).send_keys(text)

    def presses(self, label: str) -> None:
        """The button of that label in the page's content; waits for the page that follows."""
        before = self.evaluates("return performance.timeOrigin")
        self.marionette.find_element(By.XPATH, f"//main//button[normalize-space()='{label}']").click()
        self._waits_for(lambda: self.evaluates("return performance.timeOrigin") != before)
        self._waits_for(lambda: self.evaluates("return document.readyState") == "complete")

    def clicks_box(self, value: str) -> None:
        box = self.marionette.find_element(By.CSS_SELECTOR, f"input[value='{value}']")
        self.evaluates("arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })", box)
        box.click()

    def evaluates(self, body: str, *arguments: Any) -> Any:
        """Run a function's body in the page, and return what it returns."""
        return self.marionette.execute_script(body, script_args=arguments)

    def duplicates_its_tab(self) -> None:
        """What « Dupliquer l'onglet » does; the new tab is the current one then."""
        self._in_new_tab("gBrowser.duplicateTab(gBrowser.selectedTab)")

    def closes_and_reopens_its_tab(self) -> None:
        """What Ctrl+Maj+T does to a tab closed by mistake. Firefox keeps its form a moment after the last change."""
        other = self.marionette.open(type="tab")["handle"]
        with self.marionette.using_context("chrome"):
            self.marionette.execute_async_script(
                "const done = arguments[arguments.length - 1];"
                "const { TabStateFlusher } = ChromeUtils.importESModule("
                "'resource:///modules/sessionstore/TabStateFlusher.sys.mjs');"
                "TabStateFlusher.flush(gBrowser.selectedBrowser)"
                ".then(() => { gBrowser.removeTab(gBrowser.selectedTab, { skipPermitUnload: true }); done(true); });",
                new_sandbox=False,
            )
        self.marionette.switch_to_window(other)
        self._in_new_tab("SessionStore.undoCloseTab(window, 0)")

    def prints(self) -> bytes:
        """The page on paper, as a PDF with its backgrounds."""
        sent = {"background": True, "shrinkToFit": True}
        return b64decode(self.marionette._send_message("WebDriver:Print", sent, key="value"))

    def _in_new_tab(self, opening: str) -> None:
        before = set(self.marionette.window_handles)
        with self.marionette.using_context("chrome"):
            self.marionette.execute_async_script(SETTLED.format(tab=opening), new_sandbox=False)
        self._waits_for(lambda: set(self.marionette.window_handles) - before)
        (new,) = set(self.marionette.window_handles) - before
        self.marionette.switch_to_window(new)
        self._waits_for(lambda: self.evaluates("return document.readyState") == "complete")

    @staticmethod
    def _waits_for(condition: Any) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, "Firefox did not get there"
            time.sleep(0.05)


@contextlib.contextmanager
def running_firefox(folder: Path) -> Iterator[Firefox]:
    """Start it headless with a profile of its own in ``folder``, and end it by its process.

    Asking it to quit would wait for somebody to answer « Quitter la page ? » on a tab with unsaved ticks.
    """
    assert FIREFOX is not None, INSTALL
    profile = folder / "profile"
    profile.mkdir()
    written = [f'user_pref("{name}", {_javascript(value)});' for name, value in QUIET.items()]
    (profile / "user.js").write_text("\n".join(written))
    switches = ["--headless", "--no-remote", "--marionette", "--remote-allow-system-access"]
    process = subprocess.Popen(
        [*DIES_WITH_US, FIREFOX, *switches, "--profile", str(profile)],
        env={**os.environ, "HOME": str(folder), "MOZ_CRASHREPORTER_DISABLE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        marionette = Marionette(host="127.0.0.1", port=_port_in(profile, process), socket_timeout=PATIENCE)
        answered_by = marionette.start_session()["moz:processID"]
        if answered_by != process.pid:
            raise WrongFirefox(f"process {answered_by} answered, not {process.pid}")
        yield Firefox(marionette)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _port_in(profile: Path, process: "subprocess.Popen[bytes]") -> int:
    end = time.monotonic() + PATIENCE
    port = profile / "MarionetteActivePort"
    while time.monotonic() < end:
        assert process.poll() is None, f"Firefox ended at once, with {process.returncode}"
        with contextlib.suppress(FileNotFoundError, ValueError):
            return int(port.read_text())
        time.sleep(0.05)
    raise AssertionError(f"Firefox was not ready in {PATIENCE:g} s")


def _javascript(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)
