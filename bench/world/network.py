"""An invented network: one case with subjects, links, requests, exchanges, tasks, exhibits and notes, for pictures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from desktop.desk import Desk

TITLE = "Réseau de passeurs — ligne Dakar / Lampedusa"
_SUMMARY = (
    "Depuis janvier, un réseau organise des départs de nuit depuis Dakar vers Lampedusa. Trois intermédiaires sont "
    "identifiés ; deux véhicules et le numéro +39 351 204 88 16 relient la filière à un logeur de Catane."
)
_ROUTES = (("Dakar", "Las Palmas"), ("Nouadhibou", "Las Palmas"), ("Dakar", "Lampedusa"))
_PHONES = ("+221 77 482 19 05", "+39 351 204 88 16", "+34 612 345 678")
_PLACES = {
    "Dakar": "14.6928,-17.4467",
    "Nouadhibou": "20.9310,-17.0347",
    "Las Palmas": "28.1235,-15.4363",
    "Casablanca": "33.5731,-7.5898",
    "Almería": "36.8340,-2.4637",
    "Lampedusa": "35.5020,12.6090",
    "Catania": "37.5079,15.0830",
    "Marseille": "43.2965,5.3698",
}
_PEOPLE = (
    ("BEN SALAH Karim", "كريم بن صالح", "suspect", "A1"),
    ("DIOP Moussa", "", "suspect", "B2"),
    ("ROSSI Marco", "", "associate", "B3"),
    ("EL AMRANI Youssef", "يوسف العمراني", "suspect", "C3"),
    ("NDIAYE Fatou", "", "witness", "A2"),
    ("GARCÍA Lucía", "", "victim", "B2"),
)


def write_network(desk: Desk, today: date) -> str:
    """Write the case on a desk; returns its id."""
    case = desk.new_case(
        {
            "title": TITLE,
            "summary": _SUMMARY,
            "status": "active",
            "priority": "PRIORITY",
            "countries": ["SN", "IT", "ES", "MA"],
            "crime_areas": ["migrant_smuggling"],
            "lead": "Cne A. Diop",
            "due": (today + timedelta(days=9)).isoformat(),
        }
    ).record
    made = _subjects(desk, case, today)
    _links(desk, case, made)
    _work(desk, case, made, today)
    return case


def _subjects(desk: Desk, case: str, today: date) -> dict[str, str]:
    made: dict[str, str] = {}

    def add(key: str, kind: str, values: Mapping[str, object]) -> None:
        made[key] = desk.new_record(kind, case, values).record

    for name, original, role, evaluation in _PEOPLE:
        values: dict[str, object] = {"name": name, "case_role": role, "evaluation": evaluation, "nationality": ["SN"]}
        add(name, "person", {**values, **({"name_original": original} if original else {})})
    for phone in _PHONES:
        add(phone, "phone", {"number": phone, "phone_kind": "mobile"})
    for plate, kind, make in (("188 TU 4021", "van", "Renault"), ("DK-1187-B", "car", "Peugeot")):
        add(plate, "vehicle", {"plate": plate, "vehicle_kind": kind, "make": make, "countries": ["SN"]})
    add("Amal II", "vessel", {"name": "Amal II", "vessel_kind": "fishing", "flag": ["SN"]})
    add("Atlas Import", "company", {"name": "Atlas Import SARL", "jurisdiction": ["MA"], "tlp": "TLP:RED"})
    add("IBAN", "bank_account", {"number": "IT60 X054 2811 1010 0000 0123 456", "bank": "Banca di Catania"})
    for name, place in _PLACES.items():
        add(name, "address", {"full": f"Port de {name}", "city": name, "position": place})
    for number, (start, end) in enumerate(_ROUTES):
        day = today - timedelta(days=40 - 12 * number)
        ends = {"title": f"{start} — {end}", "travel_mode": "sea", "from_place": start, "to_place": end}
        times = {"departed": f"{day}T22:30", "arrived": f"{day + timedelta(days=4)}T05:00"}
        where = {"origin": _PLACES[start], "destination": _PLACES[end]}
        add(f"trip {number}", "trip", {**ends, **times, **where})
    for number in range(24):
        day = today - timedelta(days=3 * number + number % 5)
        call = {"caller": _PHONES[0], "receiver": _PHONES[1], "at": f"{day}T{8 + number % 12:02d}:15"}
        add(f"call {number}", "call", call)
    seized = f"{today - timedelta(days=20)}T06:40"
    where = {"place": "Almería", "position": _PLACES["Almería"]}
    add("seizure", "seizure", {"title": "Deux moteurs hors-bord", "seized": seized, **where})
    return made


def _links(desk: Desk, case: str, made: Mapping[str, str]) -> None:
    links = (
        ("uses", "BEN SALAH Karim", "+221 77 482 19 05", ""),
        ("uses", "ROSSI Marco", "+39 351 204 88 16", ""),
        ("uses", "BEN SALAH Karim", "188 TU 4021", "conduit la nuit"),
        ("uses", "DIOP Moussa", "Amal II", "patron"),
        ("associate", "BEN SALAH Karim", "ROSSI Marco", "logeur"),
        ("associate", "BEN SALAH Karim", "EL AMRANI Youssef", ""),
        ("directorship", "EL AMRANI Youssef", "Atlas Import", "gérant"),
        ("ownership", "Atlas Import", "IBAN", ""),
        ("located_at", "ROSSI Marco", "Catania", ""),
        ("family", "DIOP Moussa", "NDIAYE Fatou", "sœur"),
        ("participates_in", "DIOP Moussa", "trip 0", "patron"),
        ("participates_in", "BEN SALAH Karim", "trip 2", "organisateur"),
        ("uses", "EL AMRANI Youssef", "DK-1187-B", ""),
        ("uses", "GARCÍA Lucía", "+34 612 345 678", ""),
    )
    for kind, source, target, label in links:
        values = {"source": made[source], "target": made[target], "evaluation": "B2"}
        desk.new_record(kind, case, {**values, **({"label": label} if label else {})})


def _work(desk: Desk, case: str, made: Mapping[str, str], today: date) -> None:
    officer = desk.identity().officer
    for title, days, status in (
        ("Transmettre les images du port", 2, "todo"),
        ("Valider la fiche « BEN SALAH K. »", 6, "in_progress"),
        ("Relancer l’opérateur italien", -1, "todo"),
    ):
        due = (today + timedelta(days=days)).isoformat()
        desk.new_record("task", case, {"title": title, "due": due, "status": status, "assignee": officer})
    desk.new_record(
        "request",
        case,
        {
            "title": "Identifier le titulaire du +39 351 204 88 16",
            "requesting": "SN",
            "requested": ["IT"],
            "question": "Titulaire, adresse de facturation, contrats liés.",
            "precedence": "IMMEDIATE",
        },
    )
    desk.new_record(
        "note", case, {"content": "Pouvez-vous confirmer la plaque 188 TU 4021 ?", "about": made["188 TU 4021"]}
    )
    desk.new_record("decision", case, {"title": "Ouvrir une équipe commune d’enquête", "status": "adopted"})
    desk.new_record(
        "exhibit",
        case,
        {"title": "Téléphone saisi à Almería", "exhibit_kind": "digital", "place": "Almería", "holder": officer},
    )
