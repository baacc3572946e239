"""What a run says: lines for a person, or JSON that a machine reads whatever the data held."""

import json

from dakehu.log import Log

HOSTILE = 'x\x1b[31m\u202e\x7f\n"} 中\U000e0001'


def test_a_person_reads_lines_and_a_terminal_obeys_none(capsys):
    Log().say(f"executing {HOSTILE}", status="ok")
    Log().complain("no such file")
    said, complained = capsys.readouterr()
    assert said.startswith("executing x\\x1b[31m\\u202e\\x7f\\n")
    assert "status" not in said
    assert complained == "dakehu: no such file\n"


def test_a_machine_reads_one_document_a_line(capsys):
    log = Log(is_json=True)
    log.about["pipeline"] = "shop"
    log.say(f"  {HOSTILE}", seconds=1.5)
    log.complain("refused", status="refused")
    said, complained = capsys.readouterr()
    assert all(" " <= letter <= "~" for letter in said.removesuffix("\n"))
    told = json.loads(said)
    assert told.pop("at").endswith("Z")
    assert told == {"level": "info", "pipeline": "shop", "message": HOSTILE, "seconds": 1.5}
    refused = json.loads(complained)
    assert (refused["level"], refused["status"]) == ("error", "refused")


def test_quiet_says_errors_only_and_one_of_several_names_itself(capsys):
    log = Log(is_quiet=True, is_one_of_several=True, about={"pipeline": "shop"})
    log.say("executing")
    log.complain("refused")
    assert capsys.readouterr() == ("", "shop: dakehu: refused\n")
