"""Databases: one query in a read-only session, its rows as a stream of Arrow batches.

The URL goes to the driver and nowhere else. What a driver says when it cannot connect quotes parts
of it, so that is never passed on; what a server says of a query is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

from dakehu.sources.decoding import LoadError

if TYPE_CHECKING:
    import pyarrow as pa


BATCH_ROWS = 20_000
# What drivers and servers say of a connection that fails, and what that means.
CAUSES = {
    r"refused": "nothing listens at the host and port",
    r"authentication failed|access denied|no password supplied|no pg_hba": "the user, the password "
    "or the right to connect is refused",
    r"unknown database|database .* does not exist": "there is no database of that name",
    r"translate host name|name or service|getaddrinfo": "the host is not known",
    r"timed out|timeout|no route": "the host does not answer",
}


class Database(NamedTuple):
    """A kind of database: its name, what sqlglot calls its SQL, and how its rows are had.

    `stream(url, query, label)` gives the rows of the query while the session is open; `label` names
    it in errors. Decimals come as text, digit for digit; from MySQL every value does, as the
    server writes it. It raises LoadError when the driver is not installed, the database cannot be
    reached or refuses the query, or a column has a type whose values cannot be trusted.
    """

    name: str
    dialect: str
    stream: Callable[[str, str, str], AbstractContextManager[pa.RecordBatchReader]]


def database_of(url: str) -> Database | None:
    """The kind of database that a URL leads to, None when it is none that is read here."""
    scheme, mark, _ = url.partition("://")
    return SCHEMES.get(scheme) if mark else None


def said(error: Exception) -> str:
    """What the server said of a query, in one line: no words of the driver's, no user, no host."""
    text = str(error.args[-1])
    found = re.search(r"ERROR:\s*(.+)", text)
    line = found[1] if found else text.partition("\n")[0]
    return re.sub(r"'[^']*'@'[^']*'", "of the URL", line)


@contextmanager
def _postgresql(url: str, query: str, label: str) -> Generator[pa.RecordBatchReader]:
    driver = _driver("adbc_driver_postgresql.dbapi", label)
    try:
        session = driver.connect(url, autocommit=True)
    except driver.Error as error:
        raise LoadError(f"{label}: {_cause(error)}") from None
    with session, session.cursor() as cursor:
        try:
            cursor.execute("set default_transaction_read_only = on")
            cursor.execute(query)
            batches = cursor.fetch_record_batch()
        except driver.Error as error:
            raise LoadError(f"{label}: {said(error)}") from None
        for field in batches.schema:
            if (field.metadata or {}).get(b"POSTGRESQL:type") == b"money":
                raise LoadError(
                    f'{label}: column "{field.name}" is of the type money, whose decimals depend '
                    f"on the server; write {field.name}::numeric in the query"
                )
        yield batches


@contextmanager
def _mysql(url: str, query: str, label: str) -> Generator[pa.RecordBatchReader]:
    import pyarrow as pa

    driver = _driver("pymysql", label)
    try:
        parts = urlsplit(url)
        port = parts.port or 3306
    except ValueError:
        raise LoadError(f"{label}: its URL cannot be read; escape special characters") from None
    if parts.query:
        raise LoadError(f"{label}: its URL has settings behind a `?`, which are not read; cut them")
    try:
        session = driver.connect(
            host=parts.hostname or "localhost",
            port=port,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            database=unquote(parts.path[1:]),
            init_command="set session transaction read only",
            cursorclass=import_module("pymysql.cursors").SSCursor,  # rows stay on the server
            conv=import_module("pymysql.converters").encoders,  # and no value is converted
        )
    except (driver.Error, RuntimeError, UnicodeError) as error:
        raise LoadError(f"{label}: {_cause(error)}") from None
    with session, session.cursor() as cursor:
        try:
            cursor.execute(query)
        except driver.Error as error:
            raise LoadError(f"{label}: {said(error)}") from None
        schema = pa.schema([(column[0], pa.string()) for column in cursor.description])
        yield pa.RecordBatchReader.from_batches(schema, _batches(cursor, schema))


def _batches(cursor: Any, schema: pa.Schema) -> Generator[pa.RecordBatch]:
    import pyarrow as pa

    while rows := cursor.fetchmany(BATCH_ROWS):
        columns = [
            [value.hex() if isinstance(value, bytes) else value for value in column]
            for column in zip(*rows, strict=True)
        ]
        yield pa.record_batch([pa.array(c, pa.string()) for c in columns], schema=schema)


def _driver(module: str, label: str) -> ModuleType:
    try:
        return import_module(module)
    except ModuleNotFoundError:
        raise LoadError(
            f"{label}: databases are read with an extra that is not installed: "
            '.venv/bin/uv pip install -e ".[databases]"'
        ) from None


def _cause(error: Exception) -> str:
    text = str(error)
    known = (cause for words, cause in CAUSES.items() if re.search(words, text, re.IGNORECASE))
    cause = next(known, "try the URL with the database's own client")
    return f"the database cannot be reached: {cause}"


POSTGRESQL = Database("postgresql", "postgres", _postgresql)
MYSQL = Database("mysql", "mysql", _mysql)
SCHEMES = {"postgresql": POSTGRESQL, "postgres": POSTGRESQL, "mysql": MYSQL, "mariadb": MYSQL}
