"""The controller's state and the decisions ledger, in plain SQL."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from ahorrater.adapters.database.connection import Database, Row, Transaction
from ahorrater.adapters.database.node_lists import column_of, nodes_in
from ahorrater.adapters.database.readings import SKY_FORMAT, quarantine_of, sky_of
from ahorrater.contracts.base import adapter_of
from ahorrater.domain.decision import ControllerState, Decision, Numbers, Pending, Reason
from ahorrater.domain.parks import Park
from ahorrater.domain.policies import Policy
from ahorrater.services.choose import ConflictError, Recorded, Remembered

CONTROLLER = "default"
FORMAT = 1
_NUMBERS = tuple[Numbers, ...]

_COLUMNS = "node, seen_at, power_w, mean_power_w, smoothed_power_w, battery_soc, outlook_w, battery_wh, quarantine"
_PARK = f"SELECT {_COLUMNS}, {{sky}} FROM park_state"
_SKY = f"(SELECT sky FROM park_sky WHERE park_sky.node = park_state.node AND format = {SKY_FORMAT})"
_BEST = "WHERE fresh = true ORDER BY {rank} DESC, node LIMIT :best"
_DOUBTED = "WHERE quarantine IS NOT NULL ORDER BY seen_at DESC LIMIT :best"
_DECISION = "id, epoch, decided_at, policy, chosen, previous, reason, sentence, parks, pending, applied_at, also"
_INSERT = """
    INSERT INTO decision (epoch, decided_at, last_at, repeats, policy, chosen, previous, moved, reason, sentence, parks,
                          pending, cause, expected_gain_wh, gain_until, also)
    VALUES (:epoch, :at, :at, 1, :policy, :chosen, :previous, :moved, :reason, :sentence, :parks, :pending, :cause,
            :expected_gain_wh, :gain_until, :also)
    RETURNING id"""
_REPEAT = """
    UPDATE decision SET last_at = :at, repeats = repeats + 1, reason = :reason, sentence = :sentence, parks = :parks,
                        pending = :pending
    WHERE id = :id"""
# Two parks that give nearly the same go to and fro between these, several times a second: one row tells it.
_CALM = {Reason.ALREADY_BEST, Reason.WITHIN_MARGIN, Reason.COST_NOT_RECOVERED, Reason.ENOUGH_POWER}


class SqlChoiceStore:
    """The ChoiceStore of SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def transaction(self) -> Iterator["SqlChoiceTransaction"]:
        """One transaction of the database."""
        with self._database.transaction() as transaction:
            yield SqlChoiceTransaction(transaction)


class SqlChoiceTransaction:
    """The ChoiceTransaction of SQLite and PostgreSQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction
        self._dialect = transaction.dialect

    def recall(self) -> Remembered:
        """The state, or an empty one where nothing was ever decided."""
        rows = self._sql.execute("SELECT version, state FROM controller WHERE name = :name", {"name": CONTROLLER})
        return (
            Remembered(rows[0][0], adapter_of(ControllerState).validate_json(rows[0][1]))
            if rows
            else Remembered(0, ControllerState())
        )

    def candidates(self, policy: Policy, state: ControllerState, best: int) -> list[Park]:
        """Found by the indexes on the policy's ranks; the number of parks does not matter. A few of those that are not
        believed come along, so that the decision can tell of them.
        """
        select = _PARK.format(sky=_SKY if policy.NEEDS_SKY else "NULL")
        found = [self._sql.execute(f"{select} {_BEST.format(rank=rank)}", {"best": best}) for rank in policy.ranks]
        found.append(self._sql.execute(f"{_PARK.format(sky='NULL')} {_DOUBTED}", {"best": best}))
        rows = {row[0]: row for of_rank in found for row in of_rank}
        for node in {state.chosen, *state.also, policy.rules.night_node} - {None, *rows}:
            rows |= {row[0]: row for row in self._sql.execute(f"{select} WHERE node = :node", {"node": node})}
        return [self._park(row) for row in rows.values()]

    def sweep(self, silent_since: datetime) -> None:
        """Looks at the one that was silent for longest, and further only if it has been so for too long.

        An UPDATE alone would do, but a prepared one is planned for any moment, and PostgreSQL then reads all parks.
        """
        longest = self._sql.execute("SELECT seen_at FROM park_state WHERE fresh = true ORDER BY seen_at LIMIT 1")
        if longest and self._dialect.read_moment(longest[0][0]) < silent_since:
            update = "UPDATE park_state SET fresh = false WHERE fresh = true AND seen_at < :since"
            self._sql.execute(update, {"since": silent_since})

    def remember(self, remembered: Remembered, state: ControllerState) -> None:
        """A compare-and-swap on the version."""
        parameters: dict[str, object] = {
            "name": CONTROLLER,
            "state": adapter_of(ControllerState).dump_json(state).decode(),
            "format": FORMAT,
            "version": remembered.version,
        }
        if remembered.version == 0:
            insert = "INSERT INTO controller (name, version, format, state) VALUES (:name, 1, :format, :state)"
            self._sql.execute(f"{insert} ON CONFLICT DO NOTHING", parameters)
        else:
            update = "UPDATE controller SET version = version + 1, format = :format, state = :state"
            self._sql.execute(f"{update} WHERE name = :name AND version = :version", parameters)
        if self._sql.changed != 1:
            raise ConflictError

    def record(self, decision: Decision, cause: str) -> Recorded:
        """A row of its own, unless it says again what the last row says."""
        parameters: dict[str, object] = {
            "at": decision.decided_at,
            "reason": decision.reason.value,
            "sentence": decision.sentence,
            "parks": adapter_of(_NUMBERS).dump_json(decision.parks).decode(),
            "pending": adapter_of(Pending).dump_json(decision.pending).decode() if decision.pending else None,
        }
        alike = None if decision.begins else self._alike(decision)
        if alike is not None:
            self._sql.execute(_REPEAT, {**parameters, "id": alike})
            return Recorded(alike, decision)
        gain = decision.expected_gain
        parameters |= {
            "epoch": decision.epoch,
            "policy": decision.policy,
            "chosen": decision.chosen,
            "previous": decision.previous,
            "moved": decision.begins,
            "cause": cause,
            "expected_gain_wh": gain.wh if gain else None,
            "gain_until": decision.decided_at + gain.over if gain else None,
            "also": column_of(decision.also),
        }
        return Recorded(self._sql.execute(_INSERT, parameters)[0][0], decision)

    def caused_by(self, cause: str) -> Recorded | None:
        """By the index on the causes of moves."""
        return self._one("WHERE moved AND cause = :cause", {"cause": cause})

    def move_of(self, epoch: int) -> Recorded | None:
        """By the index on the epochs of moves."""
        return self._one("WHERE moved AND epoch = :epoch ORDER BY id DESC LIMIT 1", {"epoch": epoch})

    def apply(self, epoch: int, node: str, at: datetime) -> None:
        """The first word of it counts."""
        update = "UPDATE decision SET applied_at = :at WHERE moved AND epoch = :epoch AND chosen = :node"
        self._sql.execute(f"{update} AND applied_at IS NULL", {"epoch": epoch, "node": node, "at": at})

    def _alike(self, decision: Decision) -> int | None:
        rows = self._sql.execute(
            "SELECT id, moved, epoch, reason, policy, pending FROM decision ORDER BY id DESC LIMIT 1"
        )
        if not rows:
            return None
        number, moved, epoch, reason, policy, pending = rows[0]
        last = (bool(moved), epoch, _folded(Reason(reason)), policy, json.loads(pending)["node"] if pending else None)
        pending_node = decision.pending.node if decision.pending else None
        this = (False, decision.epoch, _folded(decision.reason), decision.policy, pending_node)
        return number if last == this else None

    def _one(self, where: str, parameters: dict[str, object]) -> Recorded | None:
        rows = self._sql.execute(f"SELECT {_DECISION} FROM decision {where}", parameters)
        return self._recorded(rows[0]) if rows else None

    def _recorded(self, row: Row) -> Recorded:
        number, epoch, decided_at, policy, chosen, previous, reason, sentence, parks, pending, applied_at, also = row
        decision = Decision(
            epoch=epoch,
            decided_at=self._dialect.read_moment(decided_at),
            policy=policy,
            chosen=chosen,
            previous=previous,
            reason=Reason(reason),
            sentence=sentence,
            parks=adapter_of(_NUMBERS).validate_json(parks),
            pending=adapter_of(Pending).validate_json(pending) if pending else None,
            also=nodes_in(also),
        )
        return Recorded(number, decision, applied=applied_at is not None)

    def _park(self, row: Row) -> Park:
        node, seen_at, *numbers, quarantine, sky = row
        moment, doubted = self._dialect.read_moment(seen_at) if seen_at else None, quarantine_of(quarantine)
        park = Park(node, moment, *numbers)
        return replace(park, quarantine=str(doubted) if doubted else None, sky=sky_of(sky) if sky else None)


def _folded(reason: Reason) -> Reason:
    return Reason.ALREADY_BEST if reason in _CALM else reason
