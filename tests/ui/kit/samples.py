"""Invented rows and words for the gallery, in French and in Arabic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from desktop.casework.views import ListRow

NOW = datetime(2026, 6, 12, 9, 30, tzinfo=UTC)


def _ago(**span: float) -> int:
    return int((NOW - timedelta(**span)).timestamp() * 1000)


def rows(*, arabic: bool = False) -> list[ListRow]:
    """Eight rows that show every mark a row can carry."""
    titles = (
        (
            "شبكة تهريب مهاجرين — خط داكار / لاس بالماس",
            "سيارات مسروقة — مسار Marseille / طنجة",
            "تزوير وثائق — جوازات إسبانية محرّفة",
            "غسل أموال — شركات توريد وتصدير، ميناء جنوة وموانئ أخرى على الساحل",
            "شخص مفقود — قاصر، عبّارة ألمرية / الناظور",
            "تهريب أسلحة — الحاوية MSKU 482911-7",
            "اتجار بالبشر — استغلال زراعي، فوجيا",
            "evil\u202egpj.exe <b>غامق</b>",
        )
        if arabic
        else (
            "Réseau de passeurs — ligne Dakar / Las Palmas",
            "Véhicules volés — filière Marseille / Tanger",
            "Fraude documentaire — passeports espagnols altérés",
            "Blanchiment — sociétés d’import-export, port de Radès et autres ports",
            "Personne disparue — mineur, ferry Almería / Nador",
            "Contrebande d’armes — conteneur MSKU 482911-7",
            "Traite des êtres humains — exploitation agricole, Foggia",
            "evil\u202egpj.exe <b>gras</b>",
        )
    )
    plain = [
        {
            "reference": "SN-2026-00417",
            "status": "open",
            "tlp": "TLP:AMBER",
            "handling": ("H0",),
            "countries": ("SN", "ES"),
            "due": "2026-06-14",
            "updated_ms": _ago(minutes=12),
            "unread": True,
            "unsent": True,
        },
        {
            "reference": "FR-2026-01288",
            "status": "waiting_for_partner",
            "tlp": "TLP:GREEN",
            "handling": ("H0",),
            "countries": ("FR", "MA", "ES"),
            "due": "2026-06-19",
            "updated_ms": _ago(hours=2),
        },
        {
            "reference": "IT-2026-00932",
            "status": "open",
            "tlp": "TLP:AMBER+STRICT",
            "handling": ("H1", "H2"),
            "countries": ("IT", "ES"),
            "due": "2026-06-27",
            "updated_ms": _ago(hours=26),
        },
        {
            "reference": "MA-2026-00398",
            "status": "active",
            "tlp": "TLP:RED",
            "countries": ("MA", "FR", "IT"),
            "due": "2026-06-30",
            "updated_ms": _ago(hours=28),
            "unread": True,
            "conflicts": 2,
        },
        {
            "reference": "ES-2026-00745",
            "status": "open",
            "priority": "FLASH",
            "tlp": "TLP:AMBER",
            "countries": ("ES", "MA"),
            "due": "2026-06-13",
            "updated_ms": _ago(days=3),
        },
        {
            "reference": "FR-2026-01190",
            "status": "suspended",
            "tlp": "TLP:RED",
            "countries": ("FR", "AE"),
            "due": "2026-06-03",
            "updated_ms": _ago(days=4),
        },
        {
            "reference": "IT-2026-00871",
            "status": "closed",
            "tlp": "TLP:CLEAR",
            "countries": ("IT", "SN"),
            "due": "2026-06-06",
            "updated_ms": _ago(days=6),
        },
        {
            "reference": "",
            "type": "person",
            "subtitle": "كريم بن صالح",
            "status": "",
            "tlp": "TLP:GREEN",
            "revived": True,
            "updated_ms": _ago(days=200),
        },
    ]
    return [
        ListRow(id=f"r{place}", space="s", title=title, **{"type": "case", **facts})  # type: ignore[arg-type]
        for place, (title, facts) in enumerate(zip(titles, plain, strict=True))
    ]
