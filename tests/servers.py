"""Database servers out of Debian's packages, each with data of its own, for as long as a test."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

USER, PASSWORD, NAME = "sales", "geheim-7/@x", "shop"
IN_URL = "geheim-7%2F%40x"
POSTGRESQL = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


class Server:
    """A running server: `url` leads to its database, `execute` runs SQL there as its owner."""

    def __init__(self, url: str, client: list[str]) -> None:
        self.url, self._client = url, client

    def execute(self, sql: str) -> None:
        subprocess.run(self._client, input=sql, text=True, check=True, capture_output=True)


@contextmanager
def postgresql() -> Generator[Server]:
    if not POSTGRESQL:
        pytest.skip("no PostgreSQL: apt-get install postgresql")
    tools, port = POSTGRESQL[-1].parent, _free_port()
    with _folder("postgres") as (folder, become):
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o644)
        initdb = [tools / "initdb", "-D", folder / "data", "-U", USER, "-E", "UTF8", "--no-sync"]
        initdb += ["--locale=C.UTF-8", "-A", "scram-sha-256", f"--pwfile={folder / 'password'}"]
        subprocess.run([*become, *initdb], check=True, capture_output=True)
        server = [tools / "postgres", "-D", folder / "data", "-p", str(port), "-k", folder]
        server += ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
        url = f"postgresql://{USER}:{IN_URL}@127.0.0.1:{port}"
        client = ["psql", "-qX", "-v", "ON_ERROR_STOP=1"]
        with _running([*become, *server], [*client, "-c", "select 1", f"{url}/postgres"]):
            Server("", [*client, f"{url}/postgres"]).execute(f"create database {NAME}")
            yield Server(f"{url}/{NAME}", [*client, f"{url}/{NAME}"])


@contextmanager
def mariadb() -> Generator[Server]:
    if not (server := shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin")):
        pytest.skip("no MariaDB: apt-get install mariadb-server")
    port = _free_port()
    with _folder("mysql") as (folder, become):
        where = ["--no-defaults", f"--datadir={folder / 'data'}"]
        install = ["mariadb-install-db", *where, "--auth-root-authentication-method=normal"]
        subprocess.run([*become, *install, "--skip-test-db"], check=True, capture_output=True)
        address = [f"--socket={folder / 'socket'}", f"--port={port}", "--bind-address=127.0.0.1"]
        client = ["mariadb", "--no-defaults", f"--socket={folder / 'socket'}", "-uroot"]
        client.append("--default-character-set=utf8mb4")
        with _running([*become, server, *where, *address], [*client, "-e", "select 1"]):
            Server("", client).execute(
                f"create database {NAME} character set utf8mb4; "
                f"create user {USER}@'%' identified by '{PASSWORD}'; "
                f"grant all on {NAME}.* to {USER}@'%'"
            )
            yield Server(f"mysql://{USER}:{IN_URL}@127.0.0.1:{port}/{NAME}", [*client, NAME])


def refused(url: str) -> str:
    """The URL with a port where nothing listens."""
    host, _, path = url.rpartition("/")
    return f"{host.rpartition(':')[0]}:{_free_port()}/{path}"


@contextmanager
def _folder(owner: str) -> Generator[tuple[Path, list[str]]]:
    """A folder that the server's user can enter, and the prefix of its commands.

    Neither server runs as root, and pytest's own folders are closed to everyone else.
    """
    with tempfile.TemporaryDirectory(prefix=f"dakehu-{owner}-") as name:
        become: list[str] = []
        if os.geteuid() == 0:
            shutil.chown(name, owner, owner)
            become = ["setpriv", f"--reuid={owner}", f"--regid={owner}", "--clear-groups"]
        yield Path(name), become


@contextmanager
def _running(command: list, ask: list[str]) -> Generator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while subprocess.run(ask, check=False, capture_output=True).returncode:
            assert process.poll() is None, f"{command[-1]}: the server ended"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
