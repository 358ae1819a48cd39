"""Judges a finished run as Jepsen does: what clients were told against MongoDB, a fresh page, and each other.

C1 acked messages are stored, once. C2 `seq` has no holes. C3 every viewer = MongoDB = a fresh fetch. C4 every reply has
ended and its text is what was seen of it. C6 nobody saw a foreign conversation. C7 all settles to zero. C8 no secret
is in a log. (C5 is about grades.)
"""

import asyncio
import time
from collections.abc import Iterable, Sequence

from tests.factories import PASSWORD, Json
from tests.faults.client import Client
from tests.faults.cluster import SECRET, Cluster, Node
from tests.faults.history import Acked
from tests.faults.view import FINAL, MARK, row_of, shown
from tutor.core.mongo import Database, Document

POLL_S = 0.2
Rows = dict[str, list[Document]]


async def stored(database: Database, conversation_ids: Iterable[str]) -> Rows:
    """All messages of some conversations as they lie in MongoDB."""
    rows: Rows = {each: [] for each in conversation_ids}
    async for row in database["messages"].find({"conversation_id": {"$in": list(rows)}}).sort("seq", 1):
        rows[str(row["conversation_id"])].append(row)
    return rows


async def fetched(cluster: Cluster, address: str, token: str, conversation_id: str) -> list[Json]:
    """A conversation as a fresh page gets it."""
    items: list[Json] = []
    after: int | None = 0
    headers = {"Authorization": f"Bearer {token}"}
    while after is not None:
        path = f"{address}/api/v1/conversations/{conversation_id}/messages?limit=100&after_seq={after}"
        async with cluster.http.get(path, headers=headers) as response:
            page = await response.json()
            assert response.status == 200, page
        items += page["items"]
        after = page["next"]
    return items


def _rows(documents: Iterable[Document], *, staff: bool = True) -> list[tuple[object, ...]]:
    """What teachers are to see of some documents, or students."""
    return [(row["seq"], row["_id"], row["client_id"], *_shown(row, staff=staff)) for row in documents]


def _shown(row: Document, *, staff: bool) -> tuple[str, str]:
    facts = row.get("reply")
    hidden = isinstance(facts, dict) and facts.get("hidden") is True and not staff
    return shown(str(row["state"]), str(row["text"]), hidden=hidden)


def _short(rows: list[tuple[object, ...]]) -> str:
    """The last two of some rows, without the middle of their texts."""
    last = [
        (seq, f"{str(text)[:8]}…{str(text)[-12:]} ({len(str(text))})", state) for seq, _, _, text, state in rows[-2:]
    ]
    return f"{len(rows)}: {last}"


def _differences(clients: Sequence[Client], rows: Rows) -> list[str]:
    """What is not settled yet: a reply without end, or a viewer who sees something else than MongoDB."""
    found = [
        f"C4 {row['_id']} is {row['state']}"
        for each in rows.values()
        for row in each
        if row.get("reply") and row["state"] not in FINAL
    ]
    found += [
        f"C3 {client.name} sees {_short(view.list())}, stored {_short(_rows(rows[key], staff=client.staff))}"
        for client in clients
        for key, view in client.views.items()
        if view.list() != _rows(rows[key], staff=client.staff)
    ]
    return found


async def until_equal(cluster: Cluster, clients: Sequence[Client], within_s: float) -> float:
    """Wait until every reply has ended and all see what MongoDB holds; returns the seconds that it took."""
    began = time.monotonic()
    keys = {key for client in clients for key in client.views}
    while found := _differences(clients, await stored(cluster.database, keys)):
        waited = time.monotonic() - began
        assert waited < within_s, f"not equal after {waited:.0f} s\n{_evidence(found, clients)}"
        await asyncio.sleep(POLL_S)
    return time.monotonic() - began


async def check(cluster: Cluster, clients: Sequence[Client], address: str) -> None:
    """C1 to C4 and C6 on settled clients; `address` is the node that a fresh page asks."""
    rows = await stored(cluster.database, {key for client in clients for key in client.views})
    acked = {each.client_id: each for client in clients for each in client.history.acked}
    wrong = _differences(clients, rows)
    for key, found in rows.items():
        wrong += _check_stored(key, found, [each for each in acked.values() if each.conversation_id == key])
        fresh = await fetched(cluster, address, cluster.crowd.teacher.access_token, key)
        if [row_of(item) for item in fresh] != _rows(found):
            wrong.append(f"C3 a fresh page of {key} differs from MongoDB")
    for client in clients:
        wrong += _check_seen(client, rows)
    assert not wrong, _evidence(wrong, clients)


def _evidence(wrong: list[str], clients: Sequence[Client]) -> str:
    """What is wrong, and the last that the first of those concerned did and heard."""
    concerned = next((client for client in clients if f" {client.name}" in wrong[0]), clients[0])
    return "\n".join([*(each[:400] for each in wrong[:10]), concerned.history.tail(40, concerned.name)])


def _check_stored(key: str, rows: list[Document], acked: list[Acked]) -> list[str]:
    wrong = []
    if [row["seq"] for row in rows] != list(range(1, len(rows) + 1)):
        wrong.append(f"C2 {key} has {[row['seq'] for row in rows]}")
    by_client_id = {row["client_id"]: row for row in rows}
    if len(by_client_id) != len(rows):
        wrong.append(f"C1 a message of {key} is stored twice")
    for each in acked:
        row = by_client_id.get(each.client_id)
        told = (each.message["id"], each.message["seq"], each.text)
        if row is None or (row["_id"], row["seq"], row["text"]) != told:
            wrong.append(f"C1 acked {told}, stored {row}")
        if each.reply_id is not None and each.reply_id not in {row["_id"] for row in rows}:
            wrong.append(f"C1 the reply {each.reply_id} to {each.client_id} is lost")
    return wrong


def _check_seen(client: Client, rows: Rows) -> list[str]:
    wrong = [f"C6 {client.name} heard {each}" for each in client.foreign]
    for key, view in client.views.items():
        wrong += [f"C4 {client.name}: {each}" for each in view.wrong]
        own = {mark for row in rows[key] for mark in MARK.findall(str(row["text"])) if row.get("reply") is None}
        if own and view.marks - own:
            wrong.append(f"C6 {client.name} saw {view.marks - own} in {key}")
        ended = {row["_id"]: _shown(row, staff=client.staff)[0] for row in rows[key] if row.get("reply")}
        wrong += [
            f"C4 {client.name} read …{reading.text[-40:]!r} of {reply_id}, stored …{str(ended.get(reply_id))[-40:]!r}"
            for reply_id, reading in view.readings.items()
            if reading.text != ended.get(reply_id)
        ]
    return wrong


def check_logs(cluster: Cluster) -> None:
    """C8: no log holds a secret, a password, a token or what a child wrote."""
    people = [cluster.crowd.teacher, cluster.crowd.colleague, *cluster.crowd.students]
    secrets = [SECRET, SECRET[::-1], PASSWORD, "〔", *(person.access_token for person in people)]
    for node in cluster.nodes:
        written = node.written()
        found = [secret for secret in secrets if secret in written]
        assert not found, f"C8 {node.folder.name} logged {found}"


async def check_settled(cluster: Cluster, nodes: Sequence[Node], within_s: float = 30.0) -> None:
    """C7, once every client has left: no lease, no open request to the AI, no socket and no room anywhere."""
    deadline = time.monotonic() + within_s
    while found := await _left(cluster, nodes):
        assert time.monotonic() < deadline, f"C7 {found}"
        await asyncio.sleep(POLL_S)


async def _left(cluster: Cluster, nodes: Sequence[Node]) -> list[str]:
    found = []
    if leases := await cluster.database["running_replies"].count_documents({}):
        found.append(f"{leases} leases")
    if cluster.ai.open:
        found.append(f"{cluster.ai.open} requests to the AI")
    for node in nodes:
        sockets = [each for each in node.process.net_connections("tcp") if each.laddr.port == node.port]
        if taken := [each for each in sockets if each.status == "ESTABLISHED"]:
            found.append(f"{len(taken)} sockets of {node.folder.name}")
    if rooms := await cluster.rooms():
        found.append(f"rooms {rooms[:3]}")
    return found
