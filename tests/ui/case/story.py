"""Invented records for the screens: a case of two ministries with people, edits of both, and fields in conflict."""

from __future__ import annotations

from tests.ui.case.two_desks import TwoDesks

TITLE = {
    "fr": "Réseau de passeurs — ligne Saint-Louis / Las Palmas",
    "ar": "شبكة تهريب مهاجرين — خط سان لويس / لاس بالماس",
}
SUMMARY = {
    "fr": (
        "Depuis janvier 2026, un réseau organisé assure des départs de nuit depuis Saint-Louis. Trois intermédiaires "
        "sont identifiés ; deux véhicules et un numéro italien relient la filière à un logeur de Catane. L’équipe "
        "italienne demande l’identification du titulaire de la ligne +39 351 204 88 16 avant le 14 décembre."
    ),
    "ar": (
        "منذ يناير 2026 تنظّم شبكة رحلات ليلية من سان لويس. تم تحديد ثلاثة وسطاء، وتربط سيارتان ورقم هاتف إيطالي هذا "
        "المسار بمؤجّر مسكن في كاتانيا. يطلب الفريق الإيطالي تحديد صاحب الخط +39 351 204 88 16 قبل 14 ديسمبر."
    ),
}
BEFORE = {"fr": "Deux intermédiaires sont identifiés.", "ar": "تم تحديد وسيطين."}
MINE = {"fr": "Trois intermédiaires sont identifiés à Dakar.", "ar": "تم تحديد ثلاثة وسطاء في داكار."}
THEIRS = {
    "fr": "Quatre intermédiaires sont identifiés, dont un à Catane.",
    "ar": "تم تحديد أربعة وسطاء، أحدهم في كاتانيا.",
}


def tell(pair: TwoDesks, language: str) -> str:
    """Play the story on both desks; returns the case's id. Two of its fields are in conflict afterwards."""
    session, rome = pair.session, pair.rome
    case = session.new_case(
        {
            "title": TITLE[language],
            "status": "active",
            "priority": "IMMEDIATE",
            "summary": BEFORE[language],
            "lead": "Cne L. Mansour",
            "countries": ["SN", "IT"],
            "crime_areas": ["migrant_smuggling", "human_trafficking"],
            "due": "2026-12-14",
            "handling": ["H0", "H2"],
            "handling_note": BEFORE[language],
        },
        ["SN", "IT", "AE"],
    )
    karim = session.new_record(
        "person",
        case,
        {
            "name": "BEN SALAH Karim",
            "name_original": "كريم بن صالح",
            "case_role": "suspect",
            "phones": ["+39 351 204 88 16"],
            "birth_date": "1987-04",
            "nationality": ["MA"],
        },
    )
    session.new_record("person", case, {"name": "ROSSI Marco", "case_role": "witness", "tlp": "TLP:GREEN"})
    lorry = session.new_record("vehicle", case, {"plate": "DK-4417-A"})
    drives = {"source": karim, "target": lorry, "began": "2026-03-14", "evaluation": "B2", "handling": ["H0", "H2"]}
    session.new_record("uses", case, drives)
    pair.exchange()
    rome.edit(case, "summary", SUMMARY[language])
    session.edit(case, "evaluation", "B2")
    pair.exchange()
    session.edit(case, "due", "2026-12-18")
    session.edit(case, "handling_note", MINE[language])
    rome.edit(case, "due", "2026-12-12")
    rome.edit(case, "handling_note", THEIRS[language])
    pair.exchange()
    return case
