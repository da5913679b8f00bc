"""One address for several instances: spread evenly, past those that are down, streams untouched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from groundstone.endpoints.balance import Balancer
from groundstone.endpoints.load.client import Address, Client, Exchange
from groundstone.errors import InvalidInput

from . import looped


@asynccontextmanager
async def instance(name: str, status: int = 200, pause: float = 0.0) -> AsyncIterator[str]:
    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
                await asyncio.sleep(pause if head.startswith(b"POST") else 0)
                writer.write(b"HTTP/1.1 %d x\r\ntransfer-encoding: chunked\r\n\r\n" % status)
                for part in (name.encode(), b" and more"):
                    writer.write(b"%x\r\n%s\r\n" % (len(part), part))
                    await writer.drain()
                writer.write(b"0\r\n\r\n")
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


async def asked(port: int, times: int) -> list[Exchange]:
    client = Client(Address.of(f"http://127.0.0.1:{port}"), 5)
    data = client.request("/x", b"{}")
    found = await asyncio.gather(*(client.send(data) for _ in range(times)))
    await client.close()
    return found


def test_connections_are_spread_evenly() -> None:
    async def run() -> tuple[list[Exchange], list[int]]:
        async with instance("a", pause=0.2) as one, instance("b", pause=0.2) as other:
            balancer = Balancer([one, other])
            found = await asked(await balancer.start(), 8)
            await balancer.close()
            return found, [each.served for each in balancer.instances]

    found, served = looped.run(run())
    assert served == [4, 4]
    assert {exchange.reply.body for exchange in found} == {b"a and more", b"b and more"}


def test_an_instance_that_is_down_is_passed_by() -> None:
    async def run() -> tuple[list[Exchange], list[bool]]:
        async with instance("a") as one:
            balancer = Balancer(["http://127.0.0.1:9", one])
            found = await asked(await balancer.start(), 4)
            await balancer.close()
            return found, [each.healthy for each in balancer.instances]

    found, healthy = looped.run(run())
    assert healthy == [False, True]
    assert all(exchange.reply.body == b"a and more" for exchange in found)


def test_an_instance_that_goes_down_between_looks_is_passed_by() -> None:
    async def run() -> list[Exchange]:
        async with instance("a") as one:
            async with instance("b") as other:
                balancer = Balancer([one, other], every=60)
                port = await balancer.start()
            found = await asked(port, 4)
            await balancer.close()
            return [exchange for exchange in found if exchange.reply.body == b"a and more"]

    assert len(looped.run(run())) == 4


def test_an_instance_that_says_it_is_ill_comes_back_when_it_is_well() -> None:
    async def run() -> list[bool]:
        async with instance("a", 500) as ill:
            balancer = Balancer([ill])
            await balancer.look()
            before = balancer.instances[0].healthy
        async with instance("a") as well:
            balancer.instances[0].address = Address.of(well)
            await balancer.look()
            return [before, balancer.instances[0].healthy]

    assert looped.run(run()) == [False, True]


def test_nobody_being_there_is_said_with_a_status() -> None:
    async def run() -> list[Exchange]:
        balancer = Balancer(["http://127.0.0.1:9"])
        found = await asked(await balancer.start(), 1)
        await balancer.close()
        return found

    (exchange,) = looped.run(run())
    assert exchange.reply.status == 503
    assert b"no instance is healthy" in exchange.reply.body


@pytest.mark.parametrize("urls", [[], ["http://a:1", "http://a:1"], ["nothing"]])
def test_instances_that_make_no_sense_are_refused(urls: list[str]) -> None:
    with pytest.raises(InvalidInput):
        Balancer(urls)
