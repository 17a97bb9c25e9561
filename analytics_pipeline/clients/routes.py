"""How a host is reached: by which proxy, trusting whom, over whose connections.

`requests` decides it, as its users expect: `HTTPS_PROXY`, `NO_PROXY` and
`REQUESTS_CA_BUNDLE` count. It decides once per host and not for each call, which costs
as much as the call. What it decides is a pool of urllib3, the engine below it.
"""

import threading
from dataclasses import dataclass
from typing import cast

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH, select_proxy


@dataclass(frozen=True, slots=True)
class Route:
    """One thread's way to a host.

    Attributes:
        pool: Its connections.
        before_path: What stands before the path in a request.
    """

    pool: urllib3.HTTPConnectionPool
    before_path: str


@dataclass(frozen=True, slots=True)
class _Way:
    """What the environment says of a host.

    Attributes:
        proxies: By scheme.
        trusts: A file or folder of certificates.
    """

    proxies: dict[str, str]
    trusts: str


class Routes:
    """The ways to all hosts, each thread with connections of its own."""

    def __init__(self) -> None:
        self._local = threading.local()
        self._adapters: list[HTTPAdapter] = []
        self._ways: dict[str, _Way] = {}
        self._lock = threading.Lock()

    def to(self, host: str) -> Route:
        """Return this thread's way to a host.

        Args:
            host: Scheme, name and port, such as `https://graph.facebook.com`.

        Returns:
            The way; the environment is looked through when a host is new.
        """
        routes: dict[str, Route] | None = getattr(self._local, "routes", None)
        if routes is None:
            routes = self._local.routes = {}
            self._local.adapter = HTTPAdapter(max_retries=0)
            with self._lock:
                self._adapters.append(self._local.adapter)
        if host not in routes:
            routes[host] = self._found(f"{host}/", self._local.adapter)
        return routes[host]

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for adapter in self._adapters:
                adapter.close()
            self._adapters.clear()
        self._local = threading.local()

    def _found(self, url: str, adapter: HTTPAdapter) -> Route:
        way = self._way(url)
        pool = adapter.get_connection_with_tls_context(
            requests.Request("GET", url).prepare(), way.trusts, way.proxies
        )
        proxy = select_proxy(url, way.proxies)
        # A proxy is told the whole address, unless it only opens a tunnel.
        is_told = proxy and url.startswith("http://") and not proxy.startswith("socks")
        return Route(
            cast("urllib3.HTTPConnectionPool", pool),
            url.removesuffix("/") if is_told else "",
        )

    def _way(self, url: str) -> _Way:
        with self._lock:
            if url not in self._ways:
                with requests.Session() as session:
                    found = session.merge_environment_settings(
                        url, {}, None, None, None
                    )
                own = found["verify"]
                trusts = own if isinstance(own, str) else DEFAULT_CA_BUNDLE_PATH
                self._ways[url] = _Way(dict(found["proxies"]), trusts)
            return self._ways[url]
