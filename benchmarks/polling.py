"""One cold and one warm cycle over 1,000 feeds, beside `reader` with 20 workers, in the same run.

    python benchmarks/polling.py [--feeds 1000] [--entries 20] [--rounds 3]

The feeds lie on 127.0.x.y, a host each, served by one process of its own. In the cold cycle every feed is new. In the warm
one 73% answer 304, 17% know no validators and send the same body again, 10% bring one new entry. Both programs run in a
process of their own, take turns, and keep what they fetch in SQLite; marsad also matches all starter watchlists.
Linux: elsewhere 127.0.x.y needs an alias for each host.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

WORDS = """أعلنت الوزارة أن الاجتماع بحث ملفات التعاون بين البلدين في مجالات الطاقة والنقل والتعليم وأكدت استمرار المشاورات
حول المشروع الجديد الذي يهدف إلى تطوير الموانئ وتوسيع شبكة الطرق مع شركاء من المنطقة خلال العام المقبل""".split()  # noqa: SIM905
CONTROL = "127.0.0.1"


def hosts(count: int) -> list[str]:
    """Return so many addresses of the loopback range, a host a feed."""
    return [f"127.0.{1 + number // 250}.{1 + number % 250}" for number in range(count)]


# --- the feeds ---------------------------------------------------------------------------------------------------------


def sentence(seed: int, length: int) -> str:
    return " ".join(WORDS[(seed * 7 + place * (1 + seed % 5)) % len(WORDS)] for place in range(length))


def document(number: int, entries: int, extra: int) -> bytes:
    items = "".join(
        f"<item><guid>f{number}-e{entry}</guid><link>https://feed{number}.example/{entry}</link>"
        f"<title>{sentence(number + entry, 9)} {entry}</title><description>{sentence(number * 3 + entry, 40)}</description>"
        f"<pubDate>Tue, 24 Nov 2026 {entry % 24:02}:00:00 GMT</pubDate></item>"
        for entry in reversed(range(entries + extra))
    )
    channel = f"<channel><title>{number}</title>{items}</channel>"
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0">{channel}</rss>'.encode()


async def serve(count: int, entries: int) -> None:
    warm = False
    cold_bodies = [document(number, entries, 0) for number in range(count)]
    warm_bodies = [
        document(number, entries, 1) if number % 100 >= 90 else cold_bodies[number] for number in range(count)
    ]

    def answer(path: str, head: str) -> bytes:
        nonlocal warm
        if path in {"/warm", "/cold"}:
            warm = path == "/warm"
            return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        number = int(path.rsplit("/", 1)[1])
        validators = number % 100 < 73 or number % 100 >= 90
        body = (warm_bodies if warm else cold_bodies)[number]
        tag = f'"{number}-{len(body)}"'
        if validators and f"if-none-match: {tag}" in head.lower():
            return f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\n\r\n".encode()
        etag = f"ETag: {tag}\r\n" if validators else ""
        return (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n{etag}Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                writer.write(answer(head.split(" ", 2)[1], head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    first = await asyncio.start_server(client, CONTROL, 0)
    port = first.sockets[0].getsockname()[1]
    servers = [await asyncio.start_server(client, host, port, backlog=128) for host in hosts(count)]
    print(port, flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        for server in servers:
            server.close()


# --- the two programs ----------------------------------------------------------------------------------------------------


def spent() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def told(port: int, phase: str) -> None:
    with urllib.request.urlopen(f"http://{CONTROL}:{port}/{phase}", timeout=10) as answer:
        answer.read()


def peer(port: int, count: int) -> None:
    from reader import make_reader

    with tempfile.TemporaryDirectory() as folder:
        reader = make_reader(str(Path(folder) / "reader.sqlite"))
        for number, host in enumerate(hosts(count)):
            reader.add_feed(f"http://{host}:{port}/feed/{number}")
        for phase in ("cold", "warm"):
            told(port, phase)
            before, began = spent(), time.monotonic()
            reader.update_feeds(workers=20, scheduled=False)  # scheduled: only what is due within the hour
            took, cpu = time.monotonic() - began, spent() - before
            entries = reader.get_entry_counts().total
            print(
                json.dumps({"phase": phase, "wall": took, "cpu": cpu, "entries": entries, "mb": peak_mb()}), flush=True
            )


async def ours(port: int, count: int) -> None:
    from bot.config import read_settings
    from bot.logs import configure_logs
    from bot.newsroom import write_starters
    from bot.service.service import open_service

    configure_logs("error")
    with tempfile.TemporaryDirectory() as folder:
        write_starters(Path(folder))
        feeds = "\n".join(
            f'  - {{id: f{number}, url: "http://{host}:{port}/feed/{number}", interval: 1h}}'
            for number, host in enumerate(hosts(count))
        )
        listed = ", ".join(hosts(count))
        file = Path(folder) / "marsad.yaml"
        file.write_text(
            f"watchlists: [watchlists/]\nconcepts: [concepts/]\nfetch: {{allow_hosts: [{listed}]}}\n"
            f"channels: {{screen: {{console: true}}}}\nfeeds:\n{feeds}\n",
            "utf-8",
        )
        settings = read_settings(file)
        async with open_service(settings) as service:
            for phase in ("cold", "warm"):
                await asyncio.to_thread(told, port, phase)
                before, began = children_spent(), time.monotonic()
                report = await service.poll_once(every=True)
                took, cpu = time.monotonic() - began, children_spent() - before
                row = {"phase": phase, "wall": took, "cpu": cpu, "entries": report.new_articles, "mb": peak_mb()}
                print(json.dumps(row | {"failed": report.failed}), file=sys.stderr, flush=True)


def children_spent() -> float:
    """Return the CPU seconds of this process and of its living children (the parsers), which getrusage leaves out."""
    import psutil

    process = psutil.Process()
    times = [process.cpu_times(), *(child.cpu_times() for child in process.children(recursive=True))]
    return sum(time.user + time.system for time in times)


# --- the comparison ------------------------------------------------------------------------------------------------------


def run(side: str, port: int, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    command = [sys.executable, __file__, side, "--port", str(port), "--feeds", str(options.feeds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    text = done.stderr if side == "ours" else done.stdout
    if done.returncode:
        sys.exit(f"{side} failed:\n{done.stderr[-3000:]}")
    rows = [json.loads(line) for line in text.splitlines() if line.startswith('{"phase"')]
    return {row["phase"]: row for row in rows}


def compare(options: argparse.Namespace) -> None:
    command = [sys.executable, __file__, "serve", "--feeds", str(options.feeds), "--entries", str(options.entries)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout
    port = int(server.stdout.readline())
    try:
        pairs = [(run("ours", port, options), run("peer", port, options)) for _ in range(options.rounds)]
    finally:
        server.terminate()
        server.wait(10)
    print(f"{options.feeds} feeds, {options.entries} entries each, {options.rounds} rounds in turn; medians")
    print(f"{'':6} {'marsad':>26} {'reader, 20 workers':>26} {'reader / marsad':>22}")
    for phase in ("cold", "warm"):
        mine, theirs = [pair[0][phase] for pair in pairs], [pair[1][phase] for pair in pairs]
        wall = statistics.median(t["wall"] / m["wall"] for m, t in zip(mine, theirs, strict=True))
        cpu = statistics.median(t["cpu"] / m["cpu"] for m, t in zip(mine, theirs, strict=True))
        print(f"{phase:6} {figures(mine):>26} {figures(theirs):>26}   wall x{wall:.2f}  CPU x{cpu:.2f}")
    print(f"failed polls (marsad): {sum(pair[0][phase]['failed'] for pair in pairs for phase in pair[0]):.0f}")
    stored = {
        (mine["warm"]["entries"], theirs["warm"]["entries"]) for mine, theirs in pairs
    }  # both count from the start
    print("entries stored after both cycles (marsad, reader):", *sorted(stored))
    expected = options.feeds * options.entries + len([n for n in range(options.feeds) if n % 100 >= 90])
    assert stored == {(expected, expected)}, f"not the same work: {expected} entries were served"


def figures(rows: list[dict[str, float]]) -> str:
    wall = statistics.median(row["wall"] for row in rows)
    cpu = statistics.median(row["cpu"] for row in rows)
    return f"{wall:.1f} s, CPU {cpu:.1f} s, {max(row['mb'] for row in rows):.0f} MB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("side", nargs="?", default="compare", choices=["compare", "serve", "ours", "peer"])
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--entries", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    if options.side == "compare":
        compare(options)
    elif options.side == "serve":
        asyncio.run(serve(options.feeds, options.entries))
    elif options.side == "peer":
        peer(options.port, options.feeds)
    else:
        from bot.loop import run_loop

        run_loop(ours(options.port, options.feeds))


if __name__ == "__main__":
    main()
