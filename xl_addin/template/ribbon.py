"""The BONSAI tab: one table of groups and buttons, and what is made of it.

Excel learns of the tab from `customUI/customUI14.xml` and calls one Sub a button in the module
BonsaiRibbon; both are written from `GROUPS`, so they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

from lxml import etree
from lxml.etree import _Element as Element

from xl_addin.jobs import EXCEL_JOBS
from xl_addin.jobs.button import Button
from xl_addin.language.language import Say
from xl_addin.sheets.last_run import LAST_RUN
from xl_addin.sheets.settings import SETTINGS
from xl_addin.template.vba.vba_text import vba_module_text, vba_string
from xl_addin.workbook.file.markup import PACKAGE_RELATION, parse, q, serialise
from xl_addin.workbook.file.package import Package

NAMESPACE = "http://schemas.microsoft.com/office/2009/07/customui"
PART = "customUI/customUI14.xml"
RELATION_TYPE = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
MODULE = "BonsaiRibbon"

#: What a click says that comes at the wrong time.
RUNNING = "A job is running or waiting. Wait until it is done, or press Stop first."
IDLE = "There is nothing to stop: the sheet Jobs has no job that is running or waiting."

TAB_ID, TAB_LABEL, TAB_KEYTIP = "bonsaiTab", "BONSAI", "B"


@dataclass(frozen=True)
class Group:
    """Buttons that stand together under one label."""

    id: str
    label: str
    buttons: tuple[Button, ...]


#: Jobs that can only run one at a time begin the tab; those on selected cells stand apart.
_RUNNING = tuple(
    job.button for job in EXCEL_JOBS if job.button and job.button.blocked_while_running
)
_SELECTION = tuple(
    job.button for job in EXCEL_JOBS if job.button and not job.button.blocked_while_running
)

#: Only what works. Images are names of pictures that every Office has.
GROUPS = (
    Group("bonsaiGroupRun", "Documents to answers", _RUNNING),
    Group("bonsaiGroupSelection", "Selection", _SELECTION),
    Group(
        "bonsaiGroupJob",
        "Job",
        (
            Button(
                "bonsaiStop",
                "Stop",
                "stop",
                "CancelRequest",
                "Stop the running job",
                "Finished rows are kept; the sheet Jobs says how far it came.",
                "X",
                blocked_while_idle=True,
            ),
        ),
    ),
    Group(
        "bonsaiGroupWorkbook",
        "Workbook",
        (
            Button(
                "bonsaiCompare",
                "Compare",
                "compare",
                "ReviewCompareTwoVersions",
                "Compare the results with those before the last run",
                "Fills Changes: what moved, what is new or dropped, and answers side by side.",
                "C",
                blocked_while_running=True,
            ),
            Button(
                "bonsaiRestore",
                "Restore",
                "restore",
                "Undo",
                "Put back the results of before the last run",
                "Your questions, points of view and settings stay. Press it again to take it back.",
                "Z",
                blocked_while_running=True,
            ),
            Button(
                "bonsaiReaderCopy",
                "Reader copy",
                "reader_copy",
                "FileSaveAs",
                "Write the results for readers who have nothing installed",
                "A workbook of values, pictures and links, and a page for a browser, both beside "
                "this workbook.",
                "P",
                blocked_while_running=True,
            ),
            Button(
                "bonsaiDoctor",
                "Doctor",
                "doctor",
                "ErrorChecking",
                "Look for what is wrong with this machine, its settings and this workbook",
                "What is not right stands on the sheet Jobs, with what to do. It takes seconds.",
                "O",
            ),
            Button(
                "bonsaiSettings",
                "Settings",
                "settings",
                "PropertySheet",
                "Go to the sheet Settings",
                "Folder of documents, models and how passages are scored.",
                "T",
                table=SETTINGS.name,
            ),
            Button(
                "bonsaiHelp",
                "Help",
                "help",
                "Help",
                "Go to the sheet Start",
                "Three steps, a sample that runs, and what the colours mean.",
                "H",
                table=LAST_RUN.name,
            ),
        ),
    ),
)


def buttons(groups: tuple[Group, ...] = GROUPS) -> list[Button]:
    """Return all buttons from left to right."""
    return [button for group in groups for button in group.buttons]


def ribbon_xml(groups: tuple[Group, ...] = GROUPS, say: Say = str) -> bytes:
    """Return customUI14.xml, with labels and tips said by `say`."""
    root = parse(f'<customUI xmlns="{NAMESPACE}"/>'.encode())
    tabs = _child(_child(root, "ribbon", {}), "tabs", {})
    tab = _child(tabs, "tab", {"id": TAB_ID, "label": TAB_LABEL, "keytip": TAB_KEYTIP})
    for group in groups:
        element = _child(tab, "group", {"id": group.id, "label": say(group.label)})
        for button in group.buttons:
            _child(element, "button", _attributes(button, say))
    return serialise(root)


def _child(parent: Element, tag: str, attributes: dict[str, str]) -> Element:
    return etree.SubElement(parent, q(tag, NAMESPACE), attributes)


def _attributes(button: Button, say: Say) -> dict[str, str]:
    return {
        "id": button.id,
        "tag": button.action,
        "label": say(button.label),
        "size": button.size,
        "imageMso": button.image,
        "screentip": say(button.screentip),
        "supertip": say(button.supertip),
        "keytip": button.keytip,
        "onAction": f"{MODULE}.{button.callback}",
    }


def ribbon_module(groups: tuple[Group, ...] = GROUPS) -> str:
    """Return the VBA module that Excel calls: one Sub a button, and what may be in its way."""
    everything = buttons(groups)
    return vba_module_text(
        "BonsaiRibbon.bas",
        obstacles="\n".join(_obstacles(everything)),
        callbacks="\n\n".join(_callback(button) for button in everything),
    )


def _obstacles(everything: list[Button]) -> list[str]:
    rules = (
        ("BonsaiJobs.IsBusy()", RUNNING, [b for b in everything if b.blocked_while_running]),
        ("Not BonsaiJobs.IsBusy()", IDLE, [b for b in everything if b.blocked_while_idle]),
    )
    lines = []
    for condition, words, chosen in rules:
        if chosen:
            actions = wrap(", ".join(vba_string(button.action) for button in chosen), width=80)
            lines.append("        Case " + " _\n            ".join(actions))
            lines.append(f"            If {condition} Then obstacle = _")
            lines.append(f"                {vba_string(words)}")
    return lines


def _callback(button: Button) -> str:
    step = f"RunAction {vba_string(button.action)}"
    if button.table:
        step = f"ShowTable {vba_string(button.table)}"
    return (
        f"Public Sub {button.callback}(control As IRibbonControl)\n"
        f"    BonsaiActions.{step}\n"
        "End Sub"
    )


def add_ribbon(package: Package, say: Say = str) -> None:
    """Put the tab into a workbook that was read as a package."""
    package.add(PART, ribbon_xml(say=say), "application/xml")
    relations = package.edit("_rels/.rels")
    relation = etree.SubElement(relations, q("Relationship", PACKAGE_RELATION))
    relation.set("Id", "bonsaiRibbon")
    relation.set("Type", RELATION_TYPE)
    relation.set("Target", PART)
