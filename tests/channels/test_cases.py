"""Every channel has saved cases, and renders each of them as a person once accepted it.

A case is tests/channels/<kind>/<case>/: alert.json (how it is told under `how`: reply, repeat) and message.json. A case
without message.json gets one proposed and fails: read it, and keep it if it is right.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from watcher import channels
from watcher.ledger.values import ALERT
from watcher.model import Channel

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/*/alert.json"))


@pytest.mark.parametrize("kind", channels.kinds())
def test_no_case_no_entry(kind: str) -> None:
    assert any(case.parent.name == kind for case in CASES), f"{kind} has no saved case"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_saved_alert_looks_as_it_was_accepted(case: Path) -> None:
    saved = json.loads((case / "alert.json").read_text("utf-8"))
    told = ALERT.load(json.dumps(saved["alert"]))
    how = saved["how"]
    message = channels.load(case.parent.name).render(
        told, Channel("case", case.parent.name), reply=how["reply"], repeat=how["repeat"]
    )
    rendered = json.loads(json.dumps({"text": message.text.split("\n"), "body": dict(message.body)}))
    golden = case / "message.json"
    if not golden.exists():
        golden.write_text(json.dumps(rendered, ensure_ascii=False, indent=1) + "\n", "utf-8")
        pytest.fail(f"proposed {golden}: read it, and keep it if it is right")
    assert rendered == json.loads(golden.read_text("utf-8"))
