"""Changes that do not hold, or that a later version wrote: set aside or kept, relayed, shown as news, never fatal."""

from __future__ import annotations

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from desktop.casework.record_types import Field, RecordType, RecordTypes
from desktop.store.replay import replay
from desktop.ui.newer_card import NewerCard
from i18n.bidi import strip_isolates
from sync.changes import Add, Create, Set, Unknown, Write
from sync.wire.codec import encode
from tests.hostile.member import Attack
from tests.hostile.texts import MARKUP, faults
from tests.ui.shell.conftest import OpenWindow, workspace
