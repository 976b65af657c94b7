"""Metrics: what a client does can be read by Prometheus, from a file and over HTTP."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import httpx
import pytest
from itglue_echo import KEY, client, echo
from prometheus_client.parser import text_string_to_metric_families

from publisher.errors import Rejected
from publisher.itglue import Exchange
from publisher.itglue.metrics import Metrics, route, serve_metrics

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(text: str) -> Series:
    """What Prometheus would read."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def of(series: Series, name: str, **labels: str) -> float | None:
    wanted = {"itglue_instance": "mine", **labels}
    return series.get((f"itglue_{name}", frozenset(wanted.items())))


def written(metrics: Metrics, tmp_path: Path) -> Series:
    metrics.write(tmp_path / "itglue.prom")
    return read((tmp_path / "itglue.prom").read_text())


def test_requests_errors_and_durations(tmp_path: Path) -> None:
    """Of a client at work, by method, route and status; neither ids nor the key are told."""
    metrics = Metrics()

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(422, json={"errors": [{"title": "no"}]})
        return echo(request)

    async def work() -> None:
        async with client(handler, listener=metrics.of("mine")) as itglue:
            await itglue.organizations.update(4711, {"name": "A"})
            await itglue.organizations.update(4712, {"name": "A"})
            with pytest.raises(Rejected):
                await itglue.organizations.create({})

    asyncio.run(work())
    found = written(metrics, tmp_path)
    patch = {"method": "PATCH", "route": "/organizations/{id}"}
    post = {"method": "POST", "route": "/organizations"}
    assert of(found, "requests_total", **patch, status="200") == 2
    assert of(found, "requests_total", **post, status="422") == 1
    assert of(found, "request_errors_total", **post, reason="rejected") == 1
    assert of(found, "request_errors_total", **patch, reason="rejected") is None
    assert of(found, "request_seconds_count", **patch) == 2
    assert of(found, "throttle_wait_seconds_count") == 3
    assert of(found, "budget_left") == 2937
    text = (tmp_path / "itglue.prom").read_text()
    for hidden in ("4711", KEY):
        assert hidden not in text


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (None, "no answer"),
        (429, "throttled"),
        (503, "server"),
        (404, "rejected"),
        (200, "unreadable"),
    ],
)
def test_reasons_of_errors(status: int | None, reason: str, tmp_path: Path) -> None:
    """A few words, whatever was said."""
    metrics = Metrics()
    metrics.of("mine").exchanged(Exchange("GET", "/x", status, 0.1, 1, 9, None, "said"))
    found = written(metrics, tmp_path)
    assert of(found, "request_errors_total", method="GET", route="/x", reason=reason) == 1


def test_waits_breaker_and_cache(tmp_path: Path) -> None:
    """The other events, one series each."""
    metrics = Metrics()
    listener = metrics.of("mine")
    listener.near_limit(80, 100)
    listener.paused(5)
    listener.paused(10)
    listener.breaker("open")
    listener.incomplete("/organizations/7/relationships/documents", 1, 2)
    listener.looked_up("contacts", True)
    listener.looked_up("contacts", False)
    listener.looked_up("contacts", True)
    found = written(metrics, tmp_path)
    assert of(found, "budget_warnings_total") == 1
    assert (of(found, "pauses_total"), of(found, "pause_seconds_total")) == (2, 15)
    assert of(found, "breaker_state", state="open") == 1
    assert of(found, "breaker_state", state="closed") == 0
    nested = "/organizations/{id}/relationships/documents"
    assert of(found, "incomplete_lists_total", route=nested) == 1
    assert of(found, "cache_lookups_total", entity="contacts", result="hit") == 2
    assert of(found, "cache_lookups_total", entity="contacts", result="miss") == 1


def test_two_instances_share_the_series(tmp_path: Path) -> None:
    """Each with its own label."""
    metrics = Metrics()
    metrics.of("mine").paused(1)
    metrics.of("other").paused(2)
    found = written(metrics, tmp_path)
    assert of(found, "pause_seconds_total") == 1
    assert of(found, "pause_seconds_total", itglue_instance="other") == 2


def test_over_http() -> None:
    """On loopback, until it is closed."""
    metrics = Metrics()
    metrics.of("mine").paused(3)
    served = serve_metrics(0, metrics)
    url = f"http://127.0.0.1:{served.port}/metrics"
    try:
        assert of(read(httpx.get(url).text), "pause_seconds_total") == 3
    finally:
        served.close()
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.1", served.port))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/organizations", "/organizations"),
        ("/organizations/2", "/organizations/{id}"),
        ("/documents/x%2Fy/publish", "/documents/{id}/publish"),
        (
            "/flexible_assets/2/relationships/attachments/7",
            "/flexible_assets/{id}/relationships/attachments/{id}",
        ),
    ],
)
def test_routes(path: str, expected: str) -> None:
    """A path without its ids."""
    assert route(path) == expected
