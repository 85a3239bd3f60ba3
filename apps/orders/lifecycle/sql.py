"""The tables as triggers: what a migration runs so that the database allows exactly what ``lifecycle`` says."""

from collections.abc import Iterable

_RAISE = "USING ERRCODE = '23514', CONSTRAINT = '{table}_{name}'"


def _values(rows: Iterable[tuple[str, ...]]) -> str:
    return ", ".join("(" + ", ".join(f"'{cell}'" for cell in row) + ")" for row in sorted(rows))


def guard_status(table: str, pairs: Iterable[tuple[str, str]], stopped: Iterable[tuple[str, str, str]] = ()) -> str:
    """The function behind ``<table>_guard_status``: only these pairs, and with a flag up not those that it stops."""
    rows = tuple(stopped)
    stops = "".join(
        f"""
  IF NEW.status <> OLD.status AND NEW.{flag} AND (OLD.status, NEW.status) IN ({_values(row[:2] for row in rows if row[2] == flag)}) THEN
    RAISE EXCEPTION '% may not become % while {flag}', OLD.status, NEW.status
      {_RAISE.format(table=table, name="flag_stops")};
  END IF;"""
        for flag in sorted({row[2] for row in rows})
    )
    return f"""
CREATE OR REPLACE FUNCTION {table}_guard_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN ({_values(pairs)}) THEN
    RAISE EXCEPTION '% may not become %', OLD.status, NEW.status
      {_RAISE.format(table=table, name="status_follows")};
  END IF;{stops}
  RETURN NEW;
END $$;
"""


def guard_lines(table: str, triples: Iterable[tuple[str, str, str]]) -> str:
    """The same for lines, whose way depends on their family. A line's family is as good as part of its name."""
    return f"""
CREATE OR REPLACE FUNCTION {table}_guard_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> OLD.status AND (OLD.family, OLD.status, NEW.status) NOT IN ({_values(triples)}) THEN
    RAISE EXCEPTION 'a line of % may not go from % to %', OLD.family, OLD.status, NEW.status
      {_RAISE.format(table=table, name="status_follows")};
  END IF;
  RETURN NEW;
END $$;
"""


def trigger(table: str) -> str:
    return f"""
CREATE TRIGGER {table}_guard_status BEFORE UPDATE OF status ON {table}
  FOR EACH ROW EXECUTE FUNCTION {table}_guard_status();
"""
