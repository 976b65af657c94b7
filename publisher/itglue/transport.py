"""The wire: the one module that knows the HTTP library. One call, one request, one outcome.

Outcomes are values, so that what becomes of them is decided in one place (`outcome.py`), and so
that no HTTP library's exception, which carries the request and with it the key, gets any further.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import ssl
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any, TypeAlias
from urllib.parse import urljoin, urlsplit

import httpx

from publisher import __version__
from publisher.config import LOOPBACK, check_url
from publisher.errors import BadConfig
from publisher.itglue.keys import Secret
from publisher.model import Json

MEDIA_TYPE = "application/vnd.api+json"
"""JSON:API's, as IT Glue's documentation asks for on requests with a body."""
CONNECT, WRITE = 5.0, 30.0
KEEP_ALIVE = 4.0
"""Seconds that an idle connection is kept: less than servers' usual 5, so that no write is lost to
a connection which the server is just closing."""

MOST_REDIRECTS = 5

Query: TypeAlias = tuple[tuple[str, str], ...]

NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""Exceptions after which certainly no byte of the request has left (DNS and TLS included)."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to be made."""

    method: str
    path: str
    query: Query = ()
    body: bytes | None = None
    """JSON, as `encode` makes it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer came, readable or not."""

    status: int
    headers: Mapping[str, str]
    document: dict[str, Any] | None
    """The body, if it is a JSON object."""
    size: int
    """Bytes of the body."""

    @property
    def date(self) -> dt.datetime | None:
        """The server's own time (UTC), if it says so."""
        return _http_date(self.headers.get("date"))

    @property
    def request_id(self) -> str | None:
        """What the server (or the Amazon API Gateway in front of it) calls this exchange."""
        return self.headers.get("x-request-id") or self.headers.get("x-amzn-requestid")

    def retry_after(self, now: float) -> float | None:
        """Seconds to wait as the header says it, in seconds or as a date; None without one."""
        text = self.headers.get("retry-after", "").strip()
        if text.isdecimal():
            return float(text)
        until = _http_date(text)
        if until is None:
            return None
        start = self.date.timestamp() if self.date else now
        return max(0.0, until.timestamp() - start)


@dataclass(frozen=True, slots=True)
class NotSent:
    """No connection was made: certainly nothing was done."""

    cause: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The request may have arrived, but no answer came back."""

    cause: str
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """The content of a file came, whole."""

    content: bytes


Outcome: TypeAlias = Answer | NotSent | Lost


class _Auth(httpx.Auth):
    """Puts the key on a request as it leaves, so that it lies in no client's default headers."""

    def __init__(self, key: Secret) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["x-api-key"] = self._key.reveal()
        yield request


class Wire:
    """Connections to one base URL with one key. TLS 1.2 or better, HTTP/1.1, no redirects."""

    def __init__(
        self,
        base_url: str,
        key: Secret,
        *,
        concurrency: int,
        read_timeout: float,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.base_url, self._key = base_url, key
        self._concurrency, self._read_timeout = concurrency, read_timeout
        self._transport = transport
        self._whole = CONNECT + WRITE + 3 * read_timeout
        """Seconds for a request in all: the read time-out only bounds each piece of an answer."""
        self._auth = _Auth(key)

    @cached_property
    def _client(self) -> httpx.AsyncClient:
        """Made when something is sent: reading the certificates alone takes 20 ms."""
        local = urlsplit(self.base_url).hostname in LOOPBACK
        return httpx.AsyncClient(
            auth=self._auth,
            headers={"accept": MEDIA_TYPE, "user-agent": f"itglue-publisher/{__version__}"},
            verify=tls() if self._transport is None else True,
            timeout=httpx.Timeout(self._read_timeout, connect=CONNECT, write=WRITE),
            limits=httpx.Limits(
                max_connections=self._concurrency,
                max_keepalive_connections=self._concurrency,
                keepalive_expiry=KEEP_ALIVE,
            ),
            follow_redirects=False,
            trust_env=not local,  # a proxy has no business between us and our own machine
            transport=self._transport,
        )

    async def exchange(self, call: Call) -> Outcome:
        """Send one request, and wait for its whole answer. Raises nothing but cancellation."""
        headers = {} if call.body is None else {"content-type": MEDIA_TYPE}
        response = await self._send(
            call.method,
            self.base_url + call.path,
            params=call.query or None,
            content=call.body,
            headers=headers,
        )
        if not isinstance(response, httpx.Response):
            return response
        content = response.content
        if response.status_code >= 400:  # an error may quote the key that it refuses
            content = self._key.mask(content.decode("utf-8", "replace")).encode()
        return Answer(
            response.status_code, response.headers, _json_object(content), len(response.content)
        )

    async def fetch(self, url: str, redirects: int = MOST_REDIRECTS) -> File | Outcome:
        """GET a file from a URL that IT Glue gave out, which may lie on another host.

        Only the API's own host gets the key. A few redirects are followed, to https alone.
        """
        url = urljoin(f"{self.base_url}/", url)
        try:
            check_url(url.partition("?")[0], "download")
        except BadConfig:
            return NotSent("the download URL is no https URL")
        own = urlsplit(url)[:2] == urlsplit(self.base_url)[:2]
        auth = self._auth if own else None
        response = await self._send("GET", url, headers={"accept": "*/*"}, auth=auth)
        if not isinstance(response, httpx.Response):
            return response
        if response.has_redirect_location and redirects:
            return await self.fetch(urljoin(url, response.headers["location"]), redirects - 1)
        if response.is_success:
            return File(response.content)
        return Answer(response.status_code, response.headers, None, len(response.content))

    async def _send(self, method: str, url: str, **options: Any) -> httpx.Response | NotSent | Lost:
        client = self._client
        try:
            async with asyncio.timeout(self._whole):
                return await client.request(method, url, **options)
        except NOT_SENT as error:
            return NotSent(self._cause(error))
        except (httpx.TimeoutException, TimeoutError) as error:
            return Lost(self._cause(error), timed_out=True)
        except Exception as error:  # noqa: BLE001 (whatever a transport raises: it may have sent)
            return Lost(self._cause(error))

    async def aclose(self) -> None:
        """Close the connections."""
        if "_client" in self.__dict__:
            await self._client.aclose()

    def _cause(self, error: Exception) -> str:
        said = self._key.mask(str(error)).strip()
        return f"{type(error).__name__}: {said}" if said else type(error).__name__


def encode(document: Json) -> bytes:
    """A body as it is sent.

    Raises:
        TypeError, ValueError: *document* is no JSON.
    """
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def tls() -> ssl.SSLContext:
    """How connections are secured: certificates verified, TLS 1.2 or better."""
    context = httpx.create_ssl_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _json_object(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _http_date(text: str | None) -> dt.datetime | None:
    try:
        date = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return date.replace(tzinfo=dt.UTC) if date and date.tzinfo is None else date
