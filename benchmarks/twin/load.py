"""`python -m benchmarks.twin.load`: how fast the twin answers a raw-socket client.

Each of some processes asks over one connection, the next request as soon as the answer
before has come whole: nothing of an HTTP library is measured with it.
"""

import multiprocessing
import socket
import time
from multiprocessing.queues import SimpleQueue

import click

from benchmarks.twin.running import Twin, running_twin
from benchmarks.world import World

_FIELDS = "business_discovery.username(creator.{:08d}){{id,media.limit(50){{id}}}}"
_CHUNK = 1 << 20
_MB = 1_000_000


@click.command()
@click.option("--requests", default=8000, show_default=True)
@click.option("--clients", default=2, show_default=True)
@click.option("--processes", default=1, show_default=True, help="Of the twin.")
def main(requests: int, clients: int, processes: int) -> None:
    """Print the requests per second that the twin answers."""
    with running_twin(World(2000), processes=processes) as twin:
        for kind in ("discovery", "videos"):
            rate, size = measure(twin, kind, requests, clients)
            print(
                f"{kind}: {rate:,.0f} requests/s of {size / 1000:.1f} kB,"
                f" {rate * size / _MB:.0f} MB/s"
            )


def measure(twin: Twin, kind: str, requests: int, clients: int) -> tuple[float, float]:
    """Ask as fast as some clients can.

    Args:
        twin: Whom.
        kind: `discovery` or `videos`.
        requests: How many in all.
        clients: How many processes ask.

    Returns:
        Requests per second, and the bytes of an answer.
    """
    context = multiprocessing.get_context("fork")
    sizes: SimpleQueue[int] = context.SimpleQueue()
    share = requests // clients
    processes = [
        context.Process(target=_ask, args=(twin, kind, share, sizes))
        for _ in range(clients)
    ]
    began = time.perf_counter()
    for process in processes:
        process.start()
    received = sum(sizes.get() for _ in processes)
    took = time.perf_counter() - began
    for process in processes:
        process.join()
    return share * clients / took, received / (share * clients)


def _ask(twin: Twin, kind: str, requests: int, sizes: "SimpleQueue[int]") -> None:
    host, _, port = twin.url.removeprefix("http://").partition(":")
    received = 0
    with socket.create_connection((host, int(port))) as connection:
        for number in range(requests):
            connection.sendall(_request(kind, number % twin.world.creators))
            received += _receive(connection)
    sizes.put(received)


def _request(kind: str, creator: int) -> bytes:
    if kind == "discovery":
        path = f"/graph/v23.0/1?fields={_FIELDS.format(creator)}"
        return f"GET {path} HTTP/1.1\r\nhost: twin\r\n\r\n".encode()
    body = '{"max_count": 20}'
    return (
        "POST /tiktok/v2/video/list/?fields=id HTTP/1.1\r\nhost: twin\r\n"
        f"authorization: Bearer tt-{creator}\r\ncontent-length: {len(body)}\r\n\r\n"
        f"{body}"
    ).encode()


def _receive(connection: socket.socket) -> int:
    received = connection.recv(_CHUNK)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.rpartition(b"content-length: ")[2])
    found = len(body)
    while found < length:
        found += len(connection.recv(_CHUNK))
    return length


if __name__ == "__main__":
    main()
