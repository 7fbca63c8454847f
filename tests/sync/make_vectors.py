"""Prints the test vectors, all from fixed seeds: `python -m tests.sync.make_vectors > sync/vectors.json`.

Grants, bundles and blobs differ from run to run, because HPKE and the secretstream draw keys themselves: those are
vectors for opening.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import msgspec

from server.merkle import consistency_path, inclusion_path, tree_root
from sync import entries, merge, text
from sync.blobs import seal_blob
from sync.bundle import BundleWriter, ChainEnd, EntryPart, HavePart
from sync.changes import Change, Dependency, Dot, Edit, Recall, RecordEdit, Set, Unknown, encode_change
from sync.keys import ContinuityKey, DeviceKeys, EpochKey, commitment, make_grant, make_request
from sync.ministry import MinistryKeys, enrol, open_directory, order
from sync.receipts import DeletedRecord, ReadRecord, ReceiptDue, ReceivedRecord, Statement, make_receipt
from sync.seal import Place, _pad, found_space, seal
from sync.wire.charter import Assent, Charter, MemberAdded, RootReplaced, assent, signed_entry
from sync.wire.checkpoint import Leaf, make_checkpoint, make_cosigned
from sync.wire.codec import NO_HASH, digest, encode
from sync.wire.directory import (
    AdministratorAdded,
    AdministratorRemoved,
    Certificate,
    ContinuityNamed,
    DeviceRevoked,
    Event,
    entry_hash,
    make_entry,
)
from sync.wire.membership import Membership
from sync.wire.merkle import node_hash
from sync.wire.receipt import Receipt, read_receipt
from sync.wire.signing import Signed, fingerprint, pack, public_key, unpack
from sync.wire.space import Event as SpaceEvent
from sync.wire.space import (
    Head,
    Invited,
    Known,
    Member,
    Removed,
    RoleGiven,
    Rotated,
    Segment,
    advance_head,
    read_segment,
)
from tests.sync.desks import DEVICES, RECORD, Desk, Sent
from tests.sync.recall_vectors import recalls

AT_MS = 1_795_000_000_000
KEYS = DeviceKeys(bytes(range(32)), bytes(range(32, 64)))
OTHER = DeviceKeys(bytes(range(64, 96)), bytes(range(96, 128)))
MINISTRY = MinistryKeys("SN", b"\x01" * 32, b"\x02" * 32, "Administrator")
EPOCH_KEY = bytes(range(128, 160))
NONCE = bytes(range(200, 224))


@contextmanager
def fixed() -> Iterator[None]:
    """Let nonces and ids be the same every time."""
    with patch("secrets.token_bytes", lambda size: NONCE[:size]):
        yield


def sections() -> dict[str, Any]:
    """Make all the vectors."""
    with fixed():
        space, founding = found_space(
            KEYS, "case", [Member("SN", "lead"), Member("AE", "contributor")], EPOCH_KEY, AT_MS
        )
        made = {
            "digest": _digests(),
            "device": _device(KEYS),
            "directory": _directory(),
            "orders": _orders(),
            "charter": _charter(),
            "founding": _founding(space, founding),
            "entries": _entries(space, founding),
            "segment": _segment(space),
            "receipt": _receipt(space),
            "grant": _grant(space),
            "log": _log(founding),
            "server_log": _server_log(),
            "padding": [[size, len(_pad(bytes(size)))] for size in (0, 60, 61, 1_020, 1_021, 9_996, 100_000, 900_000)],
            "changes": _changes(),
            "recall": recalls(AT_MS, NONCE[:16]),
            "text": _text(),
            "merge": _merges(),
        }
    return {**made, "bundle": _bundle(space, founding), "blob": _blob()}


def _digests() -> list[dict[str, Any]]:
    cases = [("tahaluf-device", 16, [b"ab", b"c"]), ("tahaluf-head", 32, [b""]), ("tahaluf-head", 32, [])]
    return [
        {"domain": domain, "size": size, "parts": parts, "digest": digest(*parts, domain=domain, size=size)}
        for domain, size, parts in cases
    ]


def _device(keys: DeviceKeys) -> dict[str, Any]:
    return {
        "sign_seed": keys.sign_seed,
        "seal_secret": keys.seal_secret,
        "sign_key": keys.sign_key,
        "seal_key": keys.seal_key,
        "device": keys.device,
        "fingerprint": fingerprint(keys.sign_key),
        "signature": {"domain": "token", "body": b"body", "signature": keys.sign("token", b"body")},
        "request": make_request(keys, "SN", "Cne Mansour", "Dakar 1", AT_MS),
    }


def _directory() -> dict[str, Any]:
    directory, first = open_directory(MINISTRY, AT_MS)
    second = enrol(MINISTRY, directory, make_request(KEYS, "SN", "Cne Mansour", "Dakar 1", AT_MS), AT_MS)
    signed = unpack(second, 4_096)
    impostor = make_entry(KEYS.sign_seed, directory, AdministratorAdded(KEYS.sign_key, "self made"), AT_MS)
    return {
        "ministry": "SN",
        "root": MINISTRY.root,
        "entries": [first, second],
        "heads": [entry_hash(first), entry_hash(second)],
        "device": KEYS.device,
        "bad": [
            {"after": 2, "entry": impostor, "code": "not_entitled"},
            {"after": 0, "entry": second, "code": "broken_chain"},
            {"after": 2, "entry": second, "code": "broken_chain"},
            {"after": 1, "entry": pack(Signed(signed.body, bytes(64))), "code": "bad_signature"},
            {"after": 1, "entry": second[:-1], "code": "malformed"},
        ],
    }


def _orders() -> dict[str, Any]:
    directory, first = open_directory(MINISTRY, AT_MS)
    second = enrol(MINISTRY, directory, make_request(KEYS, "SN", "Cne Mansour", "Dakar 1", AT_MS), AT_MS)
    continuity = ContinuityKey(bytes(range(64, 96)))
    events: list[Event] = [
        ContinuityNamed(continuity.key),
        DeviceRevoked(KEYS.device, "lost", wipe=False),
        DeviceRevoked(KEYS.device, "stolen", wipe=True),
        AdministratorRemoved(MINISTRY.administrator_key),
    ]
    thief = make_entry(KEYS.sign_seed, directory, DeviceRevoked(KEYS.device, "stolen", wipe=True), AT_MS)
    entries = [first, second, *(order(MINISTRY, directory, event, AT_MS) for event in events)]
    back = make_entry(MINISTRY.root_seed, directory, AdministratorAdded(MINISTRY.administrator_key, "again"), AT_MS)
    return {
        "ministry": "SN",
        "root": MINISTRY.root,
        "entries": entries,
        "head": directory.head,
        "revoked": {KEYS.device.hex(): 4},
        "wiped": [KEYS.device],
        "continuity_secret": continuity.secret,
        "continuity": continuity.key,
        "continuity_id": continuity.id,
        "bad": [
            {"after": 2, "entry": thief, "code": "not_entitled"},
            {"after": 6, "entry": back, "code": "not_entitled"},
        ],
    }


def _charter() -> dict[str, Any]:
    seeds = {code: bytes([number]) * 32 for number, code in enumerate(("AE", "BH", "ES", "FR", "IT", "MA", "SN"), 1)}
    roots = {code: public_key(seed) for code, seed in seeds.items()}
    charter = Charter(roots)
    first_head = charter.head
    body = charter.propose(MemberAdded("SG", public_key(bytes([8]) * 32)), AT_MS)
    assents = [assent(seed, code, body) for code, seed in seeds.items()]
    entry = signed_entry(body, assents[:5])
    charter.append(entry)
    replaced = charter.propose(RootReplaced("SN", public_key(bytes([9]) * 32), 0, NO_HASH), AT_MS)
    second = signed_entry(replaced, [assent(seed, code, replaced) for code, seed in list(seeds.items())[:6]])
    charter.append(second)
    return {
        "genesis": roots,
        "genesis_head": first_head,
        "entries": [entry, second],
        "head": charter.head,
        "roots": charter.roots,
        "bad": [
            {"after": 0, "entry": signed_entry(body, assents[:4]), "code": "not_entitled"},
            {"after": 0, "entry": signed_entry(body, [assents[0]] * 5), "code": "not_entitled"},
            {
                "after": 0,
                "entry": signed_entry(body, [*assents[:4], Assent("MA", assents[0].signature)]),
                "code": "bad_signature",
            },
            {"after": 0, "entry": second, "code": "broken_chain"},
        ],
    }


def _founding(space: bytes, entry: bytes) -> dict[str, Any]:
    signed = unpack(entry, 4_096)
    parts = msgspec.msgpack.decode(signed.body)

    def changed(place: int, value: object) -> bytes:
        body = encode([value if place == number else part for number, part in enumerate(parts)])
        return pack(Signed(body, KEYS.sign("founding", body)))

    return {
        "entry": entry,
        "sign_key": KEYS.sign_key,
        "space": space,
        "epoch": EpochKey(space, EPOCH_KEY).epoch,
        "commitment": EpochKey(space, EPOCH_KEY).commitment,
        "bad": [
            {"entry": pack(Signed(signed.body, bytes(64))), "code": "bad_signature"},
            {"entry": changed(0, 2), "code": "unknown_suite"},
            {"entry": changed(2, "attic"), "code": "malformed"},
            {"entry": changed(6, [["SN", "lead"], ["SN", "reader"]]), "code": "malformed"},
            {"entry": changed(6, []), "code": "malformed"},
        ],
    }


def _entries(space: bytes, founding: bytes) -> dict[str, Any]:
    members = Membership(space, founding)
    made: list[dict[str, Any]] = []
    events: list[SpaceEvent] = [
        Invited("IT", "reader", "now"),
        Rotated(commitment(bytes(32))),
        RoleGiven("IT", "contributor"),
        Invited(OTHER.device, "reader", "start"),
        Removed("IT"),
    ]
    for event in events:
        entry = entries.make_entry(KEYS, members, event, [Known("SN", 2)], AT_MS)
        members.restore(entry)
        roles = [[subject, role] for subject, role in members.roles.items()]
        epochs = [epoch.id for epoch in members.epochs]
        made.append(
            {"entry": entry, "head": members.head, "roles": roles, "epochs": epochs, "excluding": members.excluding}
        )

    def wrong(keys: DeviceKeys, event: SpaceEvent, known: int = 2) -> bytes:
        return entries.make_entry(keys, members, event, [Known("SN", known)], AT_MS)

    return {
        "space": space,
        "founding": founding,
        "devices": [["SN", KEYS.device, KEYS.sign_key], ["AE", OTHER.device, OTHER.sign_key]],
        "entries": made,
        "bad": [
            {"after": 5, "entry": wrong(OTHER, RoleGiven("AE", "lead")), "code": "not_entitled"},
            {"after": 5, "entry": wrong(KEYS, Removed("SN")), "code": "not_entitled"},
            {"after": 5, "entry": wrong(KEYS, RoleGiven("AE", "lead"), 9), "code": "directory_behind"},
            {"after": 4, "entry": wrong(KEYS, RoleGiven("AE", "lead")), "code": "broken_chain"},
        ],
    }


def _receipt(space: bytes) -> dict[str, Any]:
    said: list[Statement] = [
        ReceivedRecord(RECORD, [Dependency(DEVICES[0], 7)], AT_MS),
        ReadRecord(RECORD, [Dependency(DEVICES[0], 7), Dependency(DEVICES[1], 2)], AT_MS),
        DeletedRecord(RECORD, Dot(DEVICES[0], 8, 0), AT_MS),
    ]
    made = make_receipt(KEYS, ReceiptDue(space, 3, EpochKey(space, EPOCH_KEY), said))
    receipt, header = read_receipt(made.data)
    renumbered = encode(msgspec.structs.replace(header, number=4))
    return {
        "sign_key": KEYS.sign_key,
        "epoch_key": EPOCH_KEY,
        "data": made.data,
        "hash": made.hash,
        "number": 3,
        "statements": [encode(one) for one in said],
        "bad": [
            {"data": encode(Receipt(renumbered, receipt.sealed, receipt.signature)), "code": "bad_signature"},
            {"data": encode(Receipt(receipt.header, receipt.sealed[:-1], receipt.signature)), "code": "bad_signature"},
            {"data": encode([receipt.header, receipt.sealed]), "code": "malformed"},
        ],
    }


def _segment(space: bytes) -> dict[str, Any]:
    changes = [
        encode_change(Change(1, AT_MS, n, [], [RecordEdit(RECORD, [Set("title", "دبي", [])])])) for n in range(3)
    ]
    made = seal(KEYS, Place(space, 4, b"p" * 32), EPOCH_KEY, [Head(OTHER.device, 7, b"h" * 32)], changes)
    segment, header = read_segment(made.data)
    flipped = segment.sealed[:-1] + bytes([segment.sealed[-1] ^ 1])
    resigned = Segment(encode(msgspec.structs.replace(header, first=6)), segment.sealed, segment.signature)
    return {
        "data": made.data,
        "sign_key": KEYS.sign_key,
        "epoch_key": EPOCH_KEY,
        "hash": made.hash,
        "first": made.first,
        "last": made.last,
        "changes": changes,
        "bad": [
            {"data": encode(Segment(segment.header, flipped, segment.signature)), "code": "bad_signature"},
            {"data": encode(resigned), "code": "bad_signature"},
            {"data": made.data[:-1], "code": "malformed"},
            {"data": b"", "code": "malformed"},
        ],
        "does_not_open": [flipped, segment.sealed[:39], b""],
    }


def _grant(space: bytes) -> dict[str, Any]:
    certificate = Certificate(1, OTHER.sign_key, OTHER.seal_key, "M. Haddad", "Abu Dhabi 2")
    data = make_grant(KEYS, certificate, [EpochKey(space, EPOCH_KEY)], AT_MS)
    return {
        "data": data,
        "sign_key": KEYS.sign_key,
        "recipient": {"sign_seed": OTHER.sign_seed, "seal_secret": OTHER.seal_secret},
        "keys": [[space, EPOCH_KEY]],
    }


def _bundle(space: bytes, founding: bytes) -> dict[str, Any]:
    stream = io.BytesIO()
    writer = BundleWriter(stream, KEYS, [OTHER.seal_key], AT_MS)
    writer.add(EntryPart(space, 1, founding))
    writer.add(HavePart(space, [ChainEnd(KEYS.device, 1)]))
    writer.close()
    return {
        "data": stream.getvalue(),
        "reader": {"sign_seed": OTHER.sign_seed, "seal_secret": OTHER.seal_secret},
        "device": KEYS.device,
        "records": [["entry", space, 1, founding], ["have", space, [[KEYS.device, 1]]], ["end", False]],
    }


def _blob() -> dict[str, Any]:
    sealed, plain = io.BytesIO(), "Saisie à Dakar".encode()
    blob, manifest = seal_blob(io.BytesIO(plain), sealed)
    return {"blob": encode(blob), "manifest": manifest, "chunks": [sealed.getvalue()], "plain": plain}


def _log(founding: bytes) -> dict[str, Any]:
    items, heads, head = [("entry", founding), ("segment", b"body"), ("segment", b"")], [], bytes(32)
    for kind, body in items:
        head = advance_head(head, kind, body)
        heads.append(head)
    return {"items": items, "heads": heads}


def _server_log() -> dict[str, Any]:
    """Seven leaves, the roots of all sizes, a path of each kind, and a checkpoint with a cosignature."""
    leaves = [Leaf(bytes([number]) * 16, number, bytes([number]) * 32) for number in range(1, 8)]
    hashes = [leaf.hash for leaf in leaves]

    def node(height: int, index: int) -> bytes:
        return hashes[index] if height == 0 else node_hash(node(height - 1, 2 * index), node(height - 1, 2 * index + 1))

    roots = [tree_root(node, size) for size in range(len(leaves) + 1)]
    checkpoint = make_checkpoint(b"\x03" * 32, bytes(range(16)), len(leaves), roots[-1], AT_MS)
    return {
        "leaves": [encode(leaf).hex() for leaf in leaves],
        "roots": [root.hex() for root in roots],
        "inclusion": {"index": 4, "size": 7, "path": [each.hex() for each in inclusion_path(node, 4, 7)]},
        "consistency": [
            {"older": older, "newer": 7, "path": [each.hex() for each in consistency_path(node, older, 7)]}
            for older in (3, 4, 6)
        ],
        "log_key": public_key(b"\x03" * 32).hex(),
        "checkpoint": checkpoint.hex(),
        "cosigned": make_cosigned(KEYS.sign, KEYS.device, checkpoint, AT_MS).hex(),
    }


def _changes() -> dict[str, Any]:
    device = DEVICES[0]
    edits = [["set", "title", "x", [[device, 1, 0]]], ["stamp", {"later": True}]]
    good = encode([1, AT_MS, 5, [[DEVICES[1], 3]], [[RECORD, edits]]])
    return {
        "good": [{"change": good, "operations": ["set", "?"], "needs": [[device, 1], [DEVICES[1], 3]]}],
        "bad": [
            {"change": encode([2, 0, 0, [], [[RECORD, [["create", "person"]]]]]), "code": "unknown_suite"},
            {"change": encode([1, 0, 0, [], [[RECORD, [["set", "Title", 1, []]]]]]), "code": "malformed"},
            {"change": encode([1, 0, 0, [], [[RECORD, [["set", "title", float("nan"), []]]]]]), "code": "malformed"},
            {"change": encode([1, 0, 0, [], [[RECORD, []]]]), "code": "malformed"},
            {
                "change": encode([1, 0, 0, [], [[RECORD, [["create", "a"]]], [RECORD, [["create", "a"]]]]]),
                "code": "malformed",
            },
            {"change": b"", "code": "malformed"},
        ],
    }


def _text() -> dict[str, Any]:
    origin, later = merge.origin(Dot(DEVICES[0], 1, 0)), merge.origin(Dot(DEVICES[1], 1, 0))
    start = text.start(origin, "Saisie à دبي 😀")
    delta = text.edit(start, later, "Saisie de 40 kg à دبي 😀")
    document, read = text.merge([start, delta])
    return {
        "origin": origin,
        "client": text.client(origin),
        "plain": "Saisie à دبي 😀",
        "start": start,
        "delta_origin": later,
        "delta": delta,
        "document": document,
        "text": read,
        "bad_deltas": [b"", b"\0", b"\0\0\0", bytes.fromhex("0101090007010474657874 0100".replace(" ", ""))],
    }


def _merges() -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "changes": [list(one) for one in sent],
            "record": RECORD,
            "state": merge.encode_state(state),
            "conflicts": state.conflicts,
            "deleted": state.deleted,
            "revived": state.revived,
        }
        for name, sent, state in _stories()
    ]


def _stories() -> Iterator[tuple[str, list[Sent], merge.RecordState]]:
    for name, first, second in (
        ("two values at once are a conflict", ["set A"], ["set B"]),
        ("the same value at once is none", ["set A"], ["set A"]),
        ("an edit brings a deleted record back", ["delete"], ["set B"]),
        ("two deletions at once agree", ["delete"], ["delete"]),
        ("an addition outlives a removal at once", ["add", "remove"], ["add"]),
        ("texts written at once are both kept", ["text One. "], ["text Two. "]),
        ("what is unknown is kept", ["later"], ["set B"]),
        ("a recall empties a record whatever is written at once", ["recall"], ["set B", "text Two. ", "delete"]),
        ("a recall in another's name changes nothing", ["false recall"], ["set B"]),
    ):
        one, other = Desk(DEVICES[0]), Desk(DEVICES[1])
        sent = [one.write([Set("status", "open", [])])]
        other.apply(sent[0])
        sent += [_do(one, what) for what in first] + [_do(other, what) for what in second]
        for change in sent:
            if one.can_apply(change):
                one.apply(change)
        yield name, sent, one.state


def _do(desk: Desk, what: str) -> Sent:
    from sync.changes import Add, Delete, Remove

    verb, _, rest = what.partition(" ")
    state = desk.state
    match verb:
        case "set":
            return desk.write([Set("title", rest, [one.dot for one in state.registers.get("title", [])])])
        case "delete":
            return desk.write([Delete([Dependency(*one) for one in state.touched])])
        case "add":
            return desk.write([Add("places", "Dakar", state.sets.get("places", {}).get("Dakar", []))])
        case "remove":
            return desk.write([Remove("places", "Dakar", state.sets["places"]["Dakar"])])
        case "text":
            operation = desk.edit_text("summary", rest)
            assert not isinstance(operation, Edit)
            return desk.write([operation])
        case "recall":
            return desk.write([Recall(desk.device, b"", "wrong case")])
        case "false":
            return desk.write([Recall(DEVICES[1], b"", "wrong case")])
        case _:
            return desk.write([Unknown(encode(["stamp", {"colour": "red"}]))])


def as_json(value: Any) -> Any:
    """Turn bytes into hexadecimal digits, tuples into lists."""
    match value:
        case bytes():
            return value.hex()
        case dict():
            return {key: as_json(one) for key, one in value.items()}
        case list() | tuple():
            return [as_json(one) for one in value]
        case _:
            return value


if __name__ == "__main__":
    json.dump(as_json(sections()), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
