"""People are told of what they asked to be told, and a service that is down changes nothing."""

import json
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from dakehu.notification import notify, occasion_of
from small_company import HEAD, orders, pipeline_of

TODAY = date(2025, 7, 10)
OK = {"status": "ok", "as_of": "2025-06-30"}
REFUSED = {"status": "refused", "as_of": "", "reason": "data gate x refused: 3 rows"}


@pytest.fixture
def sink(monkeypatch) -> Iterator[list[dict]]:
    """A service on this machine; the messages that it was sent."""
    received: list[dict] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            received.append(json.loads(self.rfile.read(length)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("TOLD", f"json://127.0.0.1:{server.server_port}/")
    yield received
    server.shutdown()
    server.server_close()


def asking(folder, on: str):
    return pipeline_of(folder, HEAD + orders() + f'\n[notify]\nurls = "$TOLD"\non = {on}\n')


@pytest.mark.parametrize(
    ("record", "occasion"),
    [
        (OK, "success"),
        (OK | {"status": "unchanged"}, "unchanged"),
        (OK | {"as_of": "2025-05-25"}, "stale"),
        (OK | {"status": "unchanged", "as_of": "2025-05-25"}, "stale"),
        (REFUSED, "refused"),
        (OK | {"status": "failed", "as_of": "2025-01-31"}, "failure"),
        ({"status": "interrupted"}, "failure"),
        ({"status": "killed"}, "failure"),
    ],
)
def test_every_end_is_an_occasion(tmp_path, record, occasion):
    assert occasion_of(asking(tmp_path, "[]"), record, TODAY) == occasion


def test_only_what_was_asked_for_is_told(tmp_path, sink):
    pipeline = asking(tmp_path, '["refused", "stale"]')
    assert notify(pipeline, OK, "index.html", TODAY) == ""
    assert sink == []
    assert notify(pipeline, REFUSED, "index.html", TODAY) == ""
    (message,) = sink
    assert "数据检查未通过" in message["title"]
    assert "data gate x refused: 3 rows" in message["message"]
    assert message["message"].endswith("index.html")
    assert message["type"] == "warning"


def test_a_hostile_reason_is_text(tmp_path, sink):
    reason = "<b>x</b>\x1b[31m\u202e" + "y" * 5000
    notify(asking(tmp_path, '["refused"]'), REFUSED | {"reason": reason}, "p", TODAY)
    assert "\x1b" not in sink[0]["message"]
    assert "<b>x</b>" in sink[0]["message"]
    assert len(sink[0]["message"]) < 1500


@pytest.mark.parametrize("url", ["json://127.0.0.1:9/", "nosuchservice://x", "json://secret@h:1/"])
def test_a_service_that_is_down_gives_one_sentence_without_its_address(tmp_path, monkeypatch, url):
    monkeypatch.setenv("TOLD", url)
    said = notify(asking(tmp_path, '["refused"]'), REFUSED, "p", TODAY)
    assert said.startswith("nobody could be told at every address in TOLD")
    assert "secret" not in said
    assert "127.0.0.1" not in said


def test_an_unset_variable_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("TOLD", raising=False)
    said = notify(asking(tmp_path, '["refused"]'), REFUSED, "p", TODAY)
    assert "variable TOLD is not set" in said


def test_one_address_of_two_being_down_is_said(tmp_path, monkeypatch, sink):
    import os

    monkeypatch.setenv("TOLD", os.environ["TOLD"] + " json://127.0.0.1:9/")
    assert notify(asking(tmp_path, '["refused"]'), REFUSED, "p", TODAY)
    assert len(sink) == 1
