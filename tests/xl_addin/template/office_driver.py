"""Runs macros of workbooks in LibreOffice, and saves copies; requests and replies are JSON lines.

Started by /usr/bin/python3, which has the module `uno`; the tests speak to it through `office.py`.
"""

import json
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue

_HEAD = "Rem Attribute VBA_ModuleType=VBAModule\nOption VBASupport 1\n"
_SENTINEL = '\nFunction ZzSentinel()\nZzSentinel = "compiles"\nEnd Function\n'


def _property(name, value):
    result = PropertyValue()
    result.Name, result.Value = name, value
    return result


class Office:
    """One LibreOffice with a profile of its own, and the workbook that is open in it."""

    def __init__(self, profile):
        pipe = "bonsai" + str(time.time_ns())
        self._process = subprocess.Popen(
            [
                "soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--norestore",
                "--nologo", f"--accept=pipe,name={pipe};urp;",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext(
            "com.sun.star.bridge.UnoUrlResolver", local
        )
        context = self._connect(resolver, f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        self._desktop = context.ServiceManager.createInstanceWithContext(
            "com.sun.star.frame.Desktop", context
        )
        self._book = None
        self._checked = 0

    def _connect(self, resolver, address):
        for _ in range(240):
            try:
                return resolver.resolve(address)
            except Exception:  # not up yet
                time.sleep(0.25)
        raise RuntimeError("LibreOffice did not start within 60 seconds")

    def open(self, path):
        # Not hidden: macros that the clock calls are looked up among visible workbooks alone.
        url = path if path.startswith("private:") else uno.systemPathToFileUrl(path)
        options = (_property("MacroExecutionMode", 4),)  # always, without asking
        self._book = self._desktop.loadComponentFromURL(url, "_blank", 0, options)

    def close(self):
        if self._book is not None:
            self._book.close(True)
        self._book = None

    def save_copy(self, path, target):
        """Open a workbook, have it computed, and save it as a workbook or, by its name, as PDF."""
        form = "calc_pdf_Export" if target.endswith(".pdf") else "Calc MS Excel 2007 XML"
        hidden = (_property("Hidden", True),)
        book = self._desktop.loadComponentFromURL(
            uno.systemPathToFileUrl(path), "_blank", 0, hidden
        )
        book.storeToURL(uno.systemPathToFileUrl(target), (_property("FilterName", form),))
        book.close(True)

    def call(self, macro, *arguments):
        address = f"vnd.sun.star.script:VBAProject.{macro}?language=Basic&location=document"
        script = self._book.getScriptProvider().getScript(address)
        return script.invoke(tuple(arguments), (), ())[0]

    def read(self, sheet, cell):
        return self._cell(sheet, cell).String

    def write(self, sheet, cell, value):
        if str(value).startswith("="):
            self._cell(sheet, cell).Formula = value
        else:
            self._cell(sheet, cell).String = value

    def _cell(self, sheet, cell):
        return self._book.Sheets.getByName(sheet).getCellRangeByName(cell)

    def books(self):
        """Return the addresses of all open workbooks."""
        found, books = self._desktop.Components.createEnumeration(), []
        while found.hasMoreElements():
            books.append(found.nextElement().URL)
        return [url for url in books if url]  # the start window has none

    def take_log(self):
        """Return the lines of the sheet Log, and empty it."""
        sheet = self._book.Sheets.getByName("Log")
        count = int(sheet.getCellRangeByName("B1").Value)
        lines = [sheet.getCellByPosition(0, row).String for row in range(count)]
        sheet.getCellRangeByName("A1:B1000").clearContents(1023)
        return lines

    def compiles(self, source):
        """Say whether a module compiles: then a function at its end can be run."""
        libraries = self._book.BasicLibraries
        name = f"Check{self._checked}"
        self._checked += 1
        library = libraries.createLibrary(name)
        library.insertByName("Module1", _HEAD + source + _SENTINEL)
        address = f"vnd.sun.star.script:{name}.Module1.ZzSentinel?language=Basic&location=document"
        script = self._book.getScriptProvider().getScript(address)
        return script.invoke((), (), ())[0] == "compiles"

    def wait(self, seconds):
        time.sleep(seconds)

    def quit(self):
        try:
            self._desktop.terminate()
            self._process.wait(20)
        except Exception:  # it is gone, or hangs
            self._process.kill()


def main():
    office = Office(sys.argv[1])
    try:
        for line in sys.stdin:  # ends when the tests end, however they end
            sys.stdout.write(json.dumps(answer(office, line)) + "\n")
            sys.stdout.flush()
    finally:
        office.quit()


def answer(office, line):
    method, *arguments = json.loads(line)
    try:
        return {"result": getattr(office, method)(*arguments)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


main()
