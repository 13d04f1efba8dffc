#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""usage: look.py DIR PAGE...

Loads each page in Chromium at 1280 and at 400 pixels, light and dark, and
prints it. Keeps what it saw in DIR. A page fails that is wider than the window,
asks for anything but itself, says anything on the console, has a script, or
text that is cut off or too small to read.

Chromium is driven over two pipes (--remote-debugging-pipe): no package but
Python's own.
"""
import base64
import fcntl
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

WIDTHS = (1280, 400)
SCHEMES = ("light", "dark")
HEIGHT_MAX = 12000  # pixels of a picture
TIMEOUT = 60  # seconds that Chromium has for one answer

# What a page is asked once it is there. Nothing of it is in the page.
QUESTION = """(() => {
  const root = document.documentElement, wide = [], small = [], clipped = [];
  for (const e of document.body.querySelectorAll('*')) {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    if (box.width === 0 || style.display === 'none') continue;
    if (box.right > root.clientWidth + 1) wide.push(e.outerHTML.slice(0, 120));
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own) continue;
    const svg = e.ownerSVGElement;
    const scale = svg ? svg.getBoundingClientRect().width /
      svg.viewBox.baseVal.width : 1;
    if (parseFloat(style.fontSize) * scale < 10)
      small.push(e.outerHTML.slice(0, 120));
    if (!svg && style.display !== 'inline' && e.scrollWidth > e.clientWidth + 1)
      clipped.push(e.outerHTML.slice(0, 120));
  }
  const labels = [...document.querySelectorAll('svg')].filter(
    s => s.getBoundingClientRect().width > 0).flatMap(s => {
    const boxes = [...s.querySelectorAll('text')].map(
      t => [t.textContent, t.getBoundingClientRect()]);
    const over = [];
    for (let i = 0; i < boxes.length; i++)
      for (let k = i + 1; k < boxes.length; k++) {
        const a = boxes[i][1], b = boxes[k][1];
        if (a.left < b.right && b.left < a.right && a.top < b.bottom - 2 &&
            b.top < a.bottom - 2) over.push(boxes[i][0] + ' / ' + boxes[k][0]);
      }
    return over;
  });
  return JSON.stringify({
    scroll: root.scrollWidth, client: root.clientWidth,
    height: root.scrollHeight, wide, small, clipped, labels,
    scripts: document.scripts.length, title: document.title,
  });
})()"""


class Browser:
    """One Chromium, with one tab."""

    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="coldca-look-")
        to_read, self.to = os.pipe()
        self.source, from_write = os.pipe()
        # Chromium reads descriptor 3 and writes 4.
        command = [
            shutil.which("chromium"), "--headless=new", "--no-sandbox",
            "--disable-gpu", "--hide-scrollbars", "--no-first-run",
            "--disable-dev-shm-usage", "--remote-debugging-pipe",
            "--user-data-dir=" + self.home, "about:blank",
        ]

        # First out of the way: one of them may have the other's number.
        def place():
            ours = [fcntl.fcntl(fd, fcntl.F_DUPFD, 10)
                    for fd in (to_read, from_write)]
            os.dup2(ours[0], 3)
            os.dup2(ours[1], 4)

        with open(os.path.join(self.home, "log"), "wb") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                close_fds=False, preexec_fn=place)
        os.close(to_read)
        os.close(from_write)
        self.buffer = b""
        self.number = 0
        self.events = []
        self.session = None
        target = self.ask("Target.createTarget", url="about:blank")
        self.session = self.ask(
            "Target.attachToTarget", targetId=target["targetId"],
            flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.ask(domain + ".enable")

    def read(self):
        while b"\0" not in self.buffer:
            part = os.read(self.source, 1 << 16)
            if not part:
                raise SystemExit("chromium has ended")
            self.buffer += part
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def ask(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        while not any(e.get("method") == method for e in self.events):
            self.events.append(self.read())

    def close(self):
        self.process.terminate()
        self.process.wait(TIMEOUT)
        shutil.rmtree(self.home, ignore_errors=True)


def said(events):
    """What the console was told."""
    for event in events:
        params = event.get("params", {})
        if event.get("method") == "Log.entryAdded":
            yield params["entry"]["text"]
        elif event.get("method") == "Runtime.consoleAPICalled":
            yield str(params["args"])
        elif event.get("method") == "Runtime.exceptionThrown":
            yield params["exceptionDetails"]["text"]


def requested(events, url):
    """What was asked for beside the page itself. `data:` leaves no machine."""
    for event in events:
        if event.get("method") == "Network.requestWillBeSent":
            asked = event["params"]["request"]["url"]
            if asked != url and not asked.startswith("data:"):
                yield asked


def look(browser, page, width, scheme, keep):
    """The faults of PAGE at WIDTH."""
    url = pathlib.Path(page).resolve().as_uri()
    name = f"{pathlib.Path(page).stem}-{width}-{scheme}"
    browser.events = []
    browser.ask("Emulation.setDeviceMetricsOverride", width=width, height=900,
                deviceScaleFactor=1, mobile=False)
    browser.ask("Emulation.setEmulatedMedia", features=[
        {"name": "prefers-color-scheme", "value": scheme}])
    browser.ask("Page.navigate", url=url)
    browser.wait("Page.loadEventFired")
    value = browser.ask("Runtime.evaluate", expression=QUESTION)["result"]
    seen = json.loads(value["value"])
    picture = browser.ask(
        "Page.captureScreenshot", format="png", captureBeyondViewport=True,
        clip={"x": 0, "y": 0, "width": width, "scale": 1,
              "height": min(seen["height"], HEIGHT_MAX)})
    (keep / (name + ".png")).write_bytes(base64.b64decode(picture["data"]))
    faults = []
    if seen["scroll"] > seen["client"]:
        faults.append(f"is {seen['scroll']} pixels wide")
    for word in ("wide", "small", "clipped", "labels"):
        faults += [f"{word}: {what}" for what in seen[word]]
    faults += [f"asks for {what}" for what in requested(browser.events, url)]
    faults += [f"console: {what}" for what in said(browser.events)]
    if seen["scripts"] != 0:
        faults.append("has a script")
    if not seen["title"]:
        faults.append("has no title")
    return [f"{name}: {fault}" for fault in faults]


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__.splitlines()[0])
    if not shutil.which("chromium"):
        print("skipped: no chromium")
        return 77
    keep = pathlib.Path(sys.argv[1])
    keep.mkdir(parents=True, exist_ok=True)
    faults = []
    browser = Browser()
    try:
        for page in sys.argv[2:]:
            for width in WIDTHS:
                for scheme in SCHEMES:
                    faults += look(browser, page, width, scheme, keep)
            pdf = browser.ask("Page.printToPDF", preferCSSPageSize=True)
            (keep / (pathlib.Path(page).stem + ".pdf")).write_bytes(
                base64.b64decode(pdf["data"]))
    finally:
        browser.close()
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
