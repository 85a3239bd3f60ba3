"""How a session with PostgreSQL behaves."""

from typing import Any


def session_options(timeout_s: int) -> dict[str, Any]:
    """For psycopg: no statement, wait for a lock (a third of it) or idle transaction takes longer than ``timeout_s`` seconds.

    Either side asks after half a minute of silence whether the other is still there: a host that is gone holds no lock for
    longer than a minute.
    """
    server = {
        "statement_timeout": f"{timeout_s}s",
        "lock_timeout": f"{max(1, timeout_s // 3)}s",
        "idle_in_transaction_session_timeout": f"{timeout_s}s",
        "tcp_keepalives_idle": "30",
        "tcp_keepalives_interval": "10",
        "tcp_keepalives_count": "3",
    }
    return {"options": " ".join(f"-c {name}={value}" for name, value in server.items()), "keepalives_idle": 30}
