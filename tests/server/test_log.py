"""The log is whole JSON lines that say who called what, and hold nothing of what was said."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from server.log import LibraryHandler, Log
from sync.wire import calls
from sync.wire.codec import encode
from tests.server.conftest import Alliance
from tests.support.bare_desk import BareDesk
from tests.support.wire_items import Chain, found_space

MARK = b"TALL-GREEN-HERON"


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Read a log."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_call_leaves_one_line_with_who_what_and_how_it_went(own_alliance: Callable[[], Alliance]) -> None:
    alliance = own_alliance()
    desk = BareDesk(alliance.secretariat.url, alliance.ae).sign_in()
    body = encode(calls.PullRequest([], 1_000))
    answer = desk.send("/v1/pull", body)
    desk.close()
    alliance.secretariat.stop()
    first, *_, called, last = lines_of(alliance.secretariat.log)
    assert (first["event"], first["members"], first["devices"], last["event"]) == ("start", 3, 3, "stop")
    assert called.pop("ms") >= 0
    assert called.pop("time").endswith("+00:00")
    assert called == {
        "event": "call",
        "path": "/v1/pull",
        "status": 200,
        "device": alliance.ae.device.hex(),
        "ministry": "AE",
        "received": len(body),
        "sent": len(answer.body),
    }


def test_nothing_of_a_request_s_content_reaches_the_log_or_an_admin(own_alliance: Callable[[], Alliance]) -> None:
    alliance = own_alliance()
    desk = BareDesk(alliance.secretariat.url, alliance.ae).sign_in()
    space = found_space(alliance.ae, {"AE": "lead"})
    desk.push(space.item, Chain(alliance.ae, space).extend(MARK))
    mark = MARK.decode()
    desk.send(f"/v1/{mark}?q={mark}", MARK, headers={"X-Mark": mark})
    desk.send("/v1/push", encode([[["segment", MARK], [mark, MARK]]]))
    desk.send("/v1/enrol", encode([mark, 1, [MARK]]))
    desk.send("/v1/pull", encode([[[mark, mark, mark]], mark]))
    desk.send("/v1/pull", MARK, headers={"Authorization": f"Bearer {mark}"}, method="PROPFIND")
    token = desk.token
    desk.close()
    alliance.secretariat.stop()
    text = alliance.secretariat.log.read_text()
    assert len(text.splitlines()) >= 10
    assert mark not in text
    assert token not in text
    assert "Officer" not in text


def test_a_fault_is_recorded_by_its_place_and_type_alone() -> None:
    stream = io.StringIO()
    log = Log(stream)
    try:
        raise RuntimeError(MARK.decode())
    except RuntimeError as error:
        log.write_fault("/v1/push", error)
    line = json.loads(stream.getvalue())
    assert (line["event"], line["path"], line["type"]) == ("fault", "/v1/push", "RuntimeError")
    assert line["at"].startswith("test_a_fault_is_recorded_by_its_place_and_type_alone:")
    assert MARK.decode() not in stream.getvalue()


def test_a_library_s_warning_comes_without_its_arguments() -> None:
    stream = io.StringIO()
    record = logging.LogRecord("uvicorn.error", logging.WARNING, "", 1, "seen: %s", (MARK,), None)
    LibraryHandler(Log(stream)).handle(record)
    line = json.loads(stream.getvalue())
    assert (line["event"], line["name"], line["message"]) == ("library", "uvicorn.error", "seen: %s")


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    stream = io.StringIO()
    stream.close()
    Log(stream).write("call", path="/v1/push")
