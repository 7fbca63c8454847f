"""Every widget of the kit on one page, the way the design shows them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListView, QVBoxLayout, QWidget

from desktop.casework.views import ListRow
from desktop.ui.case_delegate import ROW_ROLE, RowDelegate
from desktop.ui.kit import (
    Avatar,
    Banner,
    BrandMark,
    Button,
    Card,
    CheckBox,
    CodeEdit,
    ConnectionChip,
    CountBadge,
    DropDown,
    ElidedLabel,
    EmptyState,
    FilterChip,
    FlowLayout,
    HandlingBadge,
    IconButton,
    IconLabel,
    Label,
    Living,
    Panel,
    RadioButton,
    RailItem,
    SearchBox,
    StatusItem,
    StatusPill,
    TabBar,
    TextBox,
    TlpBadge,
    line,
)
from desktop.ui.marking import MarkingBand
from desktop.ui.row_words import row_summary
from desktop.ui.theme import current_theme
from tests.ui.kit.samples import NOW, rows


class RowModel(QAbstractListModel):
    """A list model of ListRow objects, the least that the delegate needs."""

    def __init__(self, held: list[ListRow]) -> None:
        super().__init__()
        self._held = held

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self._held)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == ROW_ROLE:
            return self._held[index.row()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row_summary(self._held[index.row()], NOW)
        return None


def row_list(held: list[ListRow]) -> QListView:
    """A list view with the delegate."""
    view = QListView()
    view.setModel(RowModel(held))
    view.model().setParent(view)
    view.setItemDelegate(RowDelegate(view, now=lambda: NOW))
    view.setUniformItemSizes(True)
    view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
    view.setAccessibleName("Cases")
    view.setCurrentIndex(view.model().index(0, 0))
    return view


FRENCH: dict[str, Any] = {
    "band": "TLP:RED · H2 · Coopération policière",
    "brand": "Tahaluf",
    "rail": ("Mon travail", "Dossiers", "Demandes d’entraide", "Personnes & objets", "Conflits à revoir"),
    "settings": "Paramètres",
    "who": "Cne A. Diop",
    "post": "Officier de liaison — Dakar",
    "search": "Rechercher un dossier, une personne, une plaque, une commande…",
    "offline": ("Hors ligne · 14 modifications à envoyer", "Données du 12/06 à 08:14"),
    "online": ("En ligne · tout est envoyé", "Données de 09:29"),
    "cases": "Dossiers",
    "count": "248 dossiers sur 1 932",
    "new": "Nouveau dossier",
    "chips": ("Ouverts", "Les miens", "≤ 7 jours", "Non lus"),
    "removable": "Pays : Italie",
    "filter": "Filtrer",
    "sort": "Mis à jour récemment",
    "title": "Réseau de passeurs — ligne Dakar / Las Palmas",
    "request": "Nouvelle demande",
    "add": "Ajouter",
    "report": "Rapport PDF",
    "pills": (
        ("Ouvert", "info"),
        ("Actif", "ok"),
        ("En attente", "warn"),
        ("Urgent", "bad"),
        ("Clos", "neutral"),
        ("Conflit", "violet"),
    ),
    "facts": (("Responsable", "Cne A. Diop"), ("Pays", "Sénégal, Espagne"), ("Échéance", "14/06/2026")),
    "tabs": (
        ("Résumé", None),
        ("Entités", 12),
        ("Liens", None),
        ("Chronologie", None),
        ("Demandes", 3),
        ("Échanges", 9),
        ("Pièces", 21),
    ),
    "conflict": ("2 champs modifiés à la fois ici et à Rome.", "Plus tard", "Comparer et choisir"),
    "warn": "L’horloge de ce poste diffère de celle du serveur de 3 jours.",
    "bad": "Le serveur a refusé ce poste. Rien n’est perdu ; 14 modifications attendent.",
    "card": ("Synthèse", "Tout voir"),
    "body": "Depuis janvier 2026, un réseau assure des départs de nuit. Trois intermédiaires sont identifiés ; "
    "deux véhicules et un numéro italien relient la filière à un logeur de Catane.",
    "byline": "Modifié par A. Rossi (Rome) le 12/06 à 08:02 · version 14",
    "todo": ("Répondre à la demande IT-RFA-221 avant demain soir sans faute", "Demain, 18:00 · Rome"),
    "empty": (
        "Aucun dossier",
        "Rien ne correspond à ces filtres. Retirez-en un, ou créez un dossier.",
        "Effacer les filtres",
    ),
    "status": ("Hors ligne — tout est enregistré sur ce poste", "Coffre chiffré", "Verrouillage dans 4 min"),
    "field": "Nom",
}
ARABIC: dict[str, Any] = {
    "band": "TLP:RED · H2 · التعاون الشرطي",
    "brand": "تحالف",
    "rail": ("أعمالي", "القضايا", "طلبات المساعدة", "الأشخاص والأشياء", "تعارضات للمراجعة"),
    "settings": "الإعدادات",
    "who": "النقيب ل. منصور",
    "post": "محلّل — أبوظبي",
    "search": "ابحث عن قضية أو شخص أو لوحة أو أمر…",
    "offline": ("غير متصل · 14 تعديلاً بانتظار الإرسال", "بيانات 12/06 الساعة 08:14"),
    "online": ("متصل · أُرسل كل شيء", "بيانات الساعة 09:29"),
    "cases": "القضايا",
    "count": "248 من 1932 قضية",
    "new": "قضية جديدة",
    "chips": ("مفتوحة", "قضاياي", "خلال 7 أيام", "غير مقروءة"),
    "removable": "البلد: إيطاليا",
    "filter": "تصفية",
    "sort": "الأحدث تعديلاً",
    "title": "شبكة تهريب مهاجرين — خط داكار / لاس بالماس",
    "request": "طلب جديد",
    "add": "إضافة",
    "report": "تقرير PDF",
    "pills": (
        ("مفتوحة", "info"),
        ("نشطة", "ok"),
        ("بانتظار إيطاليا", "warn"),
        ("عاجل", "bad"),
        ("مغلقة", "neutral"),
        ("تعارض", "violet"),
    ),
    "facts": (("المسؤول", "النقيب ل. منصور"), ("البلدان", "السنغال، إسبانيا"), ("الأجل", "14/06/2026")),
    "tabs": (
        ("الملخص", None),
        ("الكيانات", 12),
        ("الروابط", None),
        ("التسلسل الزمني", None),
        ("الطلبات", 3),
        ("التبادلات", 9),
        ("المستندات", 21),
    ),
    "conflict": ("حقلان عُدّلا هنا وفي روما معاً.", "لاحقاً", "مقارنة واختيار"),
    "warn": "ساعة هذا الجهاز تختلف عن ساعة الخادم بثلاثة أيام.",
    "bad": "رفض الخادم هذا الجهاز. لم يُفقد شيء؛ 14 تعديلاً بانتظار الإرسال.",
    "card": ("الخلاصة", "عرض الكل"),
    "body": "منذ يناير 2026 تنظّم شبكة رحلات ليلية. تم تحديد ثلاثة وسطاء، وتربط سيارتان ورقم هاتف إيطالي "
    "\u2066+39 351 204 88 16\u2069 هذا المسار بمؤجّر مسكن في كاتانيا.",
    "byline": "عدّله A. Rossi (روما) يوم 12/06 الساعة 08:02 · النسخة 14",
    "todo": ("الرد على الطلب IT-RFA-221: صاحب الخط الهاتفي قبل مساء غد", "غداً، 18:00 · روما"),
    "empty": ("لا قضايا", "لا شيء يطابق عوامل التصفية هذه. أزل أحدها أو أنشئ قضية.", "مسح عوامل التصفية"),
    "status": ("غير متصل — كل شيء محفوظ على هذا الجهاز", "الخزنة مشفّرة", "القفل بعد 4 دقائق"),
    "field": "الاسم",
}


class Gallery(Living, QWidget):
    """The page."""

    def __init__(self, *, arabic: bool) -> None:
        super().__init__()
        self.setObjectName("page")
        self._words = ARABIC if arabic else FRENCH
        self._arabic = arabic
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(MarkingBand(self._words["band"]))
        columns = QHBoxLayout()
        columns.setSpacing(0)
        columns.addWidget(self._rail())
        columns.addWidget(self._list())
        columns.addWidget(line("upright"))
        columns.addWidget(self._case(), 1)
        outer.addLayout(columns, 1)
        outer.addWidget(self._status())

    def _rail(self) -> QWidget:
        theme, words = current_theme(), self._words
        rail = Panel("rail")
        rail.setFixedWidth(theme.control("rail"))
        column = QVBoxLayout(rail)
        column.setContentsMargins(0, theme.space("l"), 0, theme.space("m"))
        column.setSpacing(0)
        brand = QHBoxLayout()
        brand.setContentsMargins(theme.px(20), 0, theme.px(20), theme.space("m"))
        brand.setSpacing(theme.px(10))
        brand.addWidget(BrandMark())
        brand.addWidget(Label(words["brand"], "h2", "rail_strong"), 1)
        column.addLayout(brand)
        icons = ("inbox", "briefcase", "send", "users", "git-compare")
        for place, (icon, text, count) in enumerate(zip(icons, words["rail"], (7, 0, 3, 0, 1200), strict=True)):
            item = RailItem(icon, text, count)
            item.setChecked(place == 1)
            column.addWidget(item)
        compact = RailItem("bell", "Alertes", 120)
        compact.set_compact(True)
        compact.setFixedWidth(theme.px(56))
        column.addWidget(compact)
        column.addStretch(1)
        column.addWidget(RailItem("settings", words["settings"]))
        column.addWidget(line("rail"))
        person = QHBoxLayout()
        person.setSpacing(theme.px(10))
        person.setContentsMargins(theme.px(20), theme.space("m"), theme.space("m"), 0)
        person.addWidget(Avatar(words["who"]))
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(ElidedLabel(words["who"], "strong", "rail_strong"))
        names.addWidget(ElidedLabel(words["post"], "caption", "rail"))
        person.addLayout(names, 1)
        column.addLayout(person)
        return rail

    def _list(self) -> QWidget:
        theme, words = current_theme(), self._words
        panel = Panel("surface")
        panel.setFixedWidth(theme.control("list"))
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, theme.space("l"), 0, 0)
        head = QHBoxLayout()
        head.setContentsMargins(theme.px(18), 0, theme.px(14), 0)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(Label(words["cases"], "h2"))
        names.addWidget(Label(words["count"], "caption", "muted"))
        head.addLayout(names, 1)
        head.addWidget(Button(words["new"], "primary", "plus"))
        column.addLayout(head)
        chips = FlowLayout(gap=theme.px(6))
        chips.setContentsMargins(theme.px(18), 0, theme.px(14), 0)
        for place, text in enumerate(words["chips"]):
            chips.addWidget(FilterChip(text, checked=place == 0))
        chips.addWidget(FilterChip(words["removable"], removable=True))
        column.addLayout(chips)
        tools = QHBoxLayout()
        tools.setContentsMargins(theme.px(10), 0, theme.px(10), 0)
        tools.addWidget(Button(words["filter"], "link", "list-filter"))
        tools.addStretch(1)
        tools.addWidget(Button(words["sort"], "link", "arrow-up-down"))
        column.addLayout(tools)
        column.addWidget(line())
        column.addWidget(row_list(rows(arabic=self._arabic)), 1)
        return panel

    def _case(self) -> QWidget:
        theme, words = current_theme(), self._words
        page = QWidget()
        column = QVBoxLayout(page)
        column.setSpacing(theme.space("s"))
        top = QHBoxLayout()
        top.addWidget(SearchBox(words["search"], "Ctrl K"), 1)
        for phase in ("offline", "online"):
            chip = ConnectionChip()
            chip.set_state(phase, *words[phase])
            top.addWidget(chip)
        top.addWidget(IconButton("bell", "Notices", badge=True))
        top.addWidget(IconButton("lock", "Lock"))
        column.addLayout(top)
        actions = QHBoxLayout()
        actions.addWidget(ElidedLabel(words["title"], "h1"), 1)
        actions.addWidget(Button(words["request"], "primary", "send"))
        actions.addWidget(Button(words["add"], "secondary", "plus"))
        actions.addWidget(Button(words["report"], "secondary", "printer"))
        off = Button(words["report"], "secondary", "printer")
        off.setEnabled(False)
        actions.addWidget(off)
        actions.addWidget(IconButton("ellipsis", "More"))
        column.addLayout(actions)
        facts = FlowLayout(gap=theme.space("s"))
        for text, tone in words["pills"]:
            facts.addWidget(StatusPill(text, tone))
        for label in ("TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR"):
            facts.addWidget(TlpBadge(label))
        facts.addWidget(HandlingBadge(("H2", "H0")))
        facts.addWidget(CountBadge(7))
        for name, value in words["facts"]:
            facts.addWidget(Label(name, "body", "muted"))
            fact = Label("", "strong")
            fact.show_data(value)
            facts.addWidget(fact)
        column.addLayout(facts)
        tabs = TabBar()
        for text, count in words["tabs"]:
            tabs.add_tab(text, text).set_caption(text, count)
        column.addWidget(tabs)
        column.addWidget(line())
        column.addWidget(Banner("violet", *words["conflict"]))
        column.addWidget(Banner("warn", words["warn"]))
        column.addWidget(Banner("bad", words["bad"], "", words["conflict"][2]))
        cards = QHBoxLayout()
        cards.setSpacing(theme.space("l"))
        first = Card(words["card"][0])
        first.add(Label(words["body"], "body", wrap=True, selectable=True))
        first.add(Label(words["byline"], "caption", "muted"))
        first.body.addStretch(1)
        second = Card(*words["card"])
        for icon, tone in (("triangle-alert", "bad"), ("clock", "warn"), ("circle-check", "ok")):
            row = QHBoxLayout()
            row.addWidget(IconLabel(icon, tone, boxed=True))
            texts = QVBoxLayout()
            texts.setSpacing(0)
            texts.addWidget(ElidedLabel(words["todo"][0], "strong"))
            texts.addWidget(ElidedLabel(words["todo"][1], "caption", tone))
            row.addLayout(texts, 1)
            second.add(row)
        cards.addWidget(first, 5)
        cards.addWidget(second, 4)
        column.addLayout(cards)
        column.addLayout(self._fields())
        column.addWidget(EmptyState("inbox", *words["empty"]), 1)
        return page

    def _fields(self) -> QHBoxLayout:
        row = QHBoxLayout()
        name = QLineEdit(self._words["field"])
        name.setAccessibleName(self._words["field"])
        row.addWidget(name)
        code = CodeEdit()
        code.setText("+221 77 123 45 67")
        code.setAccessibleName("Phone")
        row.addWidget(code)
        choice = DropDown()
        choice.addItem(self._words["chips"][0])
        choice.setAccessibleName("Status")
        row.addWidget(choice)
        check = CheckBox(self._words["chips"][1])
        check.setChecked(True)
        row.addWidget(check)
        radio = RadioButton(self._words["chips"][3])
        radio.setChecked(True)
        row.addWidget(radio)
        text = TextBox()
        text.set_text(self._words["byline"])
        text.setAccessibleName("Summary")
        text.setFixedHeight(current_theme().px(56))
        row.addWidget(text)
        return row

    def _status(self) -> QWidget:
        theme = current_theme()
        bar = Panel("bottom")
        row = QHBoxLayout(bar)
        row.setContentsMargins(theme.space("l"), theme.space("xs"), theme.space("l"), theme.space("xs"))
        saved, vault, lock = self._words["status"]
        row.addWidget(StatusItem("circle-check", saved, "ok", live=True))
        row.addStretch(1)
        row.addWidget(StatusItem("shield", vault))
        row.addWidget(StatusItem("lock", lock))
        return bar
