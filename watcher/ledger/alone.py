"""The right to write in a ledger on a server, for one watcher at a time: what the folder's lock is on one machine.

An advisory lock of a connection that stays open (PostgreSQL, "Advisory Locks"): the server frees it when that connection
ends, however it ends. So before every write the connection is asked for a sign of life, and where it has gone the lock is
taken again, or the write is refused because another watcher has taken over.
"""

from __future__ import annotations

import os
import threading

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from watcher.errors import LockHeld, StoreError

NUMBER = int.from_bytes(b"watcher", "big")  # of the lock, the same for every watcher on this database

_SIGN = text("SELECT set_config('application_name', :words, false)")
_TAKE = text("SELECT pg_try_advisory_lock(:number)")
_HOLDER = text("""
    SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)
    WHERE locktype = 'advisory' AND granted AND (classid::bigint << 32) + objid::bigint = :number
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")


class Alone:
    """The lock, held from the start. Raises LockHeld, which names the holder, where another watcher has it."""

    def __init__(self, engine: Engine, command: str) -> None:
        self._engine = engine
        words = f"pid {os.getpid()}, {command}, on {os.uname().nodename}"
        self._words = words.encode("ascii", "replace")[:63].decode()  # what PostgreSQL keeps of a name
        self._guard = threading.Lock()
        self._connection: Connection | None = None
        if (holder := self._hold()) is not None:
            self.release()
            raise LockHeld(holder, "ledger")

    def keep(self) -> None:
        """Makes sure that the lock is still ours. StoreError where it was lost and is another's now."""
        with self._guard:
            if (holder := self._hold()) is not None:
                self.release()
                raise StoreError(f"another watcher has taken over this ledger: {holder}")

    def release(self) -> None:
        """Gives the lock back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()  # ends the session: one that goes back to the pool would keep the lock
            connection.close()

    def _hold(self) -> str | None:
        """Holds the lock, by the connection that has it or by a new one; returns who has it where that is another."""
        if self._connection is not None:
            try:
                self._connection.exec_driver_sql("SELECT 1")
                self._connection.commit()
            except DBAPIError:  # the server hung up, and the lock is free
                self.release()
            else:
                return None
        self._connection = self._engine.connect()
        self._connection.execute(_SIGN, {"words": self._words})
        taken = self._connection.scalar(_TAKE, {"number": NUMBER})
        holder = None if taken else self._connection.scalar(_HOLDER, {"number": NUMBER}) or "it has not said which"
        self._connection.commit()
        return holder
