import re
from dataclasses import replace

from lxml import etree

from tests.xl_addin.template.vba_words import public_names, undeclared_names
from xl_addin.desk.at_once import ANY_TIME, AT_ONCE
from xl_addin.jobs import EXCEL_JOBS
from xl_addin.sheets.last_run import LAST_RUN
from xl_addin.sheets.settings import SETTINGS
from xl_addin.template.macros import own_modules
from xl_addin.template.ribbon import (
    GROUPS,
    NAMESPACE,
    TAB_ID,
    Group,
    buttons,
    ribbon_module,
    ribbon_xml,
)
from xl_addin.template.worksheet_functions import FUNCTIONS, LONGEST_HELP, functions_module

# Bounds that Microsoft's schema of customUI14.xml and its advice on ribbons give.
LONGEST_TEXT = 1024
MOST_GROUPS, MOST_BUTTONS, LONGEST_KEYTIP = 6, 7, 3


def elements(tag: str) -> list[etree._Element]:
    return list(etree.fromstring(ribbon_xml()).iter(f"{{{NAMESPACE}}}{tag}"))


def test_the_xml_shows_the_table_in_its_order():
    assert [item.get("id") for item in elements("tab")] == [TAB_ID]
    assert [item.get("id") for item in elements("group")] == [group.id for group in GROUPS]
    labels = [item.get("label") for item in elements("button")]
    assert labels == [button.label for button in buttons()]
    assert labels[:3] == ["Index", "Rank", "Answer"]
    assert {job.button.label for job in EXCEL_JOBS if job.button} < set(labels)


def test_groups_and_commands_are_few():
    assert 0 < len(GROUPS) <= MOST_GROUPS
    assert all(0 < len(group.buttons) <= MOST_BUTTONS for group in GROUPS)


def test_ids_are_unique_and_are_names():
    ids = [item.get("id") for tag in ("tab", "group", "button") for item in elements(tag)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z]\w*", one) for one in ids)


def test_keytips_are_short_and_none_begins_another():
    keytips = [button.keytip for button in buttons()]
    assert all(re.fullmatch(rf"[A-Z0-9]{{1,{LONGEST_KEYTIP}}}", one) for one in keytips)
    clashes = [
        (one, other)
        for place, one in enumerate(keytips)
        for other in keytips[place + 1 :]
        if one.startswith(other) or other.startswith(one)
    ]
    assert clashes == []


def test_texts_keep_their_bounds():
    for button in buttons():
        for text in (button.label, button.screentip, button.supertip, button.image):
            assert 0 < len(text) <= LONGEST_TEXT
        assert not button.screentip.endswith(".")
        assert button.supertip.endswith(".")


def test_commands_that_start_jobs_are_blocked_while_one_runs_and_stop_while_none_does():
    blocked = {button.action for button in buttons() if button.blocked_while_running}
    assert blocked == {job.action for job in EXCEL_JOBS if job.about} | {*AT_ONCE} - ANY_TIME
    assert [button.action for button in buttons() if button.blocked_while_idle] == ["stop"]


def test_excel_keeps_nothing_of_a_button_that_a_reset_of_the_macros_could_leave_stale():
    names = {name for item in etree.fromstring(ribbon_xml()).iter() for name in item.attrib}
    assert [name for name in names if name.startswith("get") or name == "onLoad"] == []


def test_buttons_that_show_a_table_name_one_of_the_layout():
    shown = {button.label: button.table for button in buttons() if button.table}
    assert shown == {"Settings": SETTINGS.name, "Help": LAST_RUN.name}


def test_every_button_has_a_callback_of_its_own():
    module = ribbon_module()
    names = [button.callback for button in buttons()]
    assert len(set(names)) == len(names)
    for name in names:
        assert module.count(f"Public Sub {name}(control As IRibbonControl)\n") == 1


def test_a_button_added_to_the_table_joins_xml_and_module():
    nurse = replace(
        buttons()[0], id="bonsaiNurse", action="nurse", blocked_while_running=False, keytip="N"
    )
    groups = (*GROUPS, Group("bonsaiGroupMore", "More", (nurse,)))
    assert b'onAction="BonsaiRibbon.RibbonNurse"' in ribbon_xml(groups)
    module = ribbon_module(groups)
    assert (
        'Public Sub RibbonNurse(control As IRibbonControl)\n    BonsaiActions.RunAction "nurse"'
        in module
    )


def test_callbacks_hand_python_names_from_the_table_alone():
    calls = re.findall(r"RunAction (.*)", ribbon_module())
    actions = [button.action for button in buttons() if not button.table]
    assert calls == [f'"{action}"' for action in actions]
    assert all(re.fullmatch(r"[a-z_]+", action) for action in actions)


def test_our_modules_are_ascii_explicit_and_not_wide():
    for module in own_modules(["shStart"]):
        module.source.encode("ascii")
        if module.kind != "sheet":
            assert "\r\nOption Explicit\r\n" in module.source, module.name
        if module.name != "BonsaiFunctions":  # help texts are literals of one line each
            assert max(map(len, module.source.split("\r\n"))) <= 100, module.name


OWN = {module.name: module for module in own_modules([])}


def test_every_name_in_our_modules_is_declared():
    known = {*OWN, "RunPython", "XLPy", "GetConfig", "InputBox"}
    assert {
        name: found
        for name, module in OWN.items()
        if (found := undeclared_names(module.source, known))
    } == {}


def test_what_our_modules_call_in_each_other_exists():
    for module in OWN.values():
        for name, procedure in re.findall(r"\b(Bonsai\w+)\.(\w+)", module.source):
            assert procedure in public_names(OWN[name].source), f"{name}.{procedure}"


def test_an_undeclared_name_is_noticed():
    code = "Private known As Long\nPublic Sub Taste(ByVal given As Long)\n    Dim own As Long\n"
    assert undeclared_names(code + "    own = given + known\nEnd Sub\n", []) == set()
    assert undeclared_names(code + "    own = givn + known\nEnd Sub\n", []) == {"givn"}
    assert undeclared_names(code + '    Tell "a word"\nEnd Sub\n', []) == {"Tell"}


def test_the_tick_comes_every_two_seconds_and_every_five_on_macos():
    seconds = re.findall(r"SECONDS_BETWEEN As Long = (\d)", OWN["BonsaiTick"].source)
    assert seconds == ["5", "2"]


def test_no_module_writes_what_xlwings_pro_would_be_needed_for():
    for module in own_modules([]):
        assert '.py"' not in module.source
        assert "LICENSE_KEY" not in module.source


def test_functions_of_other_modules_are_hidden_from_the_function_wizard():
    for module in own_modules([]):
        has_function = re.search(r"^Public Function", module.source, re.MULTILINE)
        if has_function and module.name != "BonsaiFunctions":
            assert "\r\nOption Private Module\r\n" in module.source, module.name


def test_functions_carry_the_arguments_and_the_help_of_the_table():
    module = functions_module()
    for function in FUNCTIONS:
        found = re.search(rf"Public Function {function.name}\( _\n(.*?)\) As Variant", module, re.S)
        arguments = re.findall(r"(Optional )?ByVal (\w+) As Variant", found[1])
        assert arguments == [
            ("Optional " if argument.optional else "", argument.name)
            for argument in function.arguments
        ]
        assert f'DescribeFunction "{function.name}"' in module
        texts = [function.help, *(argument.help for argument in function.arguments)]
        assert all(0 < len(text) <= LONGEST_HELP for text in texts)


def test_function_names_are_no_cell_addresses_and_functions_are_not_volatile():
    for function in FUNCTIONS:
        assert not re.fullmatch(r"[A-Z]{1,3}\d+", function.name)
    assert not [m for m in own_modules([]) if "Application.Volatile" in m.source]
