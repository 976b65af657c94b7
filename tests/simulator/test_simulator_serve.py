"""`publisher simulator`: the account on a loopback port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from publisher.cli.main import group
from publisher.simulator import Site

SEED = """\
organizations: [{name: Acme Corp}]
types:
  - name: SOP
    fields: [{name: Title, kind: Text, required: true, use_for_title: true}]
"""


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    path = tmp_path / "seed.yaml"
    path.write_text(SEED, encoding="utf-8")
    return path


@contextmanager
def served(*options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address and the process of a simulator on a free port."""
    command = [sys.executable, "-m", "publisher", "simulator", "serve", "--port", "0", *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            where, how, _ = (process.stdout.readline() for _ in range(3))
            assert where.startswith("Simulator: http://127.0.0.1:")
            assert "ITGLUE_API_KEY" in how
            yield where.split()[1], process
        finally:
            process.kill()


def _die_while_sending(port: int) -> None:
    """A client that is killed: its request never comes whole."""
    head = f"POST /flexible_assets HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 99\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(head.encode() + b"{")
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        client.get("/")  # by now it has noticed


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(group, ["simulator", *arguments])


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_and_ends_cleanly(tmp_path: Path, seed: Path, number: signal.Signals) -> None:
    """The API, faults that really drop the connection, pages whose links work; exit 0."""
    with served("--db", str(tmp_path / "glue.db"), "--seed", str(seed)) as (address, process):
        with httpx.Client(base_url=address, headers={"x-api-key": "any"}) as client:
            answer = client.get("/organizations")
            assert answer.json()["data"][0]["attributes"]["name"] == "Acme Corp"
            assert len(answer.headers.get_list("date")) == 1
            for fault in ({"action": "lost"}, {"action": "truncated", "drop": True}):
                client.post("/simulator/faults", json=fault)
                with pytest.raises(httpx.RemoteProtocolError):
                    client.get("/organizations")
            organization = answer.json()["data"][0]["id"]
            assert client.get(f"/{organization}").status_code == 200
            assert client.get("/", headers={"host": "evil.example"}).status_code == 421
        _die_while_sending(int(address.rpartition(":")[2]))
        process.send_signal(number)
        assert process.communicate(timeout=20) == ("", "")
        assert process.returncode == 0


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """One sentence, and no file is made."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = invoke("serve", "--port", port, "--db", str(tmp_path / "glue.db"))
    assert result.exit_code == 1
    assert "cannot be had" in result.output
    assert not (tmp_path / "glue.db").exists()


def test_seed(tmp_path: Path, seed: Path) -> None:
    """Twice is as good as once."""
    for _ in range(2):
        result = invoke("seed", str(seed), "--db", str(tmp_path / "glue.db"))
        assert result.output == "Holds 1 organizations, 1 flexible asset types.\n"
    with closing(Site.open(tmp_path / "glue.db")) as site:
        assert [one.name for one in site.all("organizations")] == ["Acme Corp"]


@pytest.mark.parametrize(
    "text", ["[", "- x", "colours: []", "types: [{}]", "organizations: [{status: Odd, name: X}]"]
)
def test_a_seed_that_makes_no_sense(tmp_path: Path, seed: Path, text: str) -> None:
    """A sentence that names the file."""
    seed.write_text(text, encoding="utf-8")
    result = invoke("seed", str(seed), "--db", str(tmp_path / "glue.db"))
    assert result.exit_code == 1
    assert "seed.yaml" in result.output


def test_a_file_that_is_no_account(tmp_path: Path, seed: Path) -> None:
    """A sentence that names it."""
    result = invoke("seed", str(seed), "--db", str(seed))
    assert result.exit_code == 1
    assert "is no database of the simulator" in result.output


def test_a_switch_that_does_not_exist(tmp_path: Path) -> None:
    """Wrong usage, with the known ones."""
    options = ("--port", "0", "--db", str(tmp_path / "glue.db"), "--switch", "colour=red")
    result = invoke("serve", *options)
    assert result.exit_code == 2
    assert "list_lag_seconds" in result.output
