"""The kit of widgets that every screen is built from.

    class Page(Living, QWidget):                      follow language, direction and theme
        self.bind(self.title.setText, lambda: _("Cases"))
        self.follow(self._space)                      margins and icons at the text scale

Words of ours go through setText; data from outside through Label.show_data and Label.show_code.
"""

from __future__ import annotations

from desktop.ui.accessible import announce
from desktop.ui.kit.banners import Banner, EmptyState, IconLabel, StatusItem, Toast
from desktop.ui.kit.binding import Living, announce_language
from desktop.ui.kit.buttons import Button, IconButton
from desktop.ui.kit.cards import Card, Panel, line
from desktop.ui.kit.chips import ConnectionChip, FilterChip
from desktop.ui.kit.choices import CheckBox, DropDown, RadioButton
from desktop.ui.kit.fields import CodeEdit, SearchBox, TextBox, mark_invalid
from desktop.ui.kit.flow_layout import FlowLayout
from desktop.ui.kit.labels import ElidedLabel, Label
from desktop.ui.kit.pills import Avatar, CountBadge, HandlingBadge, Pill, StatusPill, TlpBadge
from desktop.ui.kit.rail import BrandMark, RailItem
from desktop.ui.kit.tabs import Tab, TabBar
from desktop.ui.kit.tips import plain_tip

__all__ = [
    "Avatar",
    "Banner",
    "BrandMark",
    "Button",
    "Card",
    "CheckBox",
    "CodeEdit",
    "ConnectionChip",
    "CountBadge",
    "DropDown",
    "ElidedLabel",
    "EmptyState",
    "FilterChip",
    "FlowLayout",
    "HandlingBadge",
    "IconButton",
    "IconLabel",
    "Label",
    "Living",
    "Panel",
    "Pill",
    "RadioButton",
    "RailItem",
    "SearchBox",
    "StatusItem",
    "StatusPill",
    "Tab",
    "TabBar",
    "TextBox",
    "TlpBadge",
    "Toast",
    "announce",
    "announce_language",
    "line",
    "mark_invalid",
    "plain_tip",
]
