"""Where a request comes from: the peer, or what a proxy that we trust says of it. `core/http.py` limits by it."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from aiohttp import web

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
Proxies: TypeAlias = tuple[Network, ...]

PROXIES: web.AppKey[Proxies] = web.AppKey("proxies", tuple)
UNKNOWN = "unknown"
CUSTOMER = 64  # bits of an IPv6 address that one customer shares; the others change by themselves


def client_address(request: web.Request) -> str:
    """The address of whoever asks, as limits count it: all of an IPv4 address, the /64 of an IPv6 one.

    A header is believed only as far as it was written by the proxies of the setting `trusted_proxies`, from the nearest
    one on; anybody can send one.
    """
    said = ",".join(request.headers.getall("X-Forwarded-For", []))
    return counted(nearest(request.remote or "", said, request.app[PROXIES]))


def nearest(peer: str, forwarded: str, proxies: Proxies) -> Address | None:
    """The first address that is no proxy of ours, going back from `peer` through what each proxy has `forwarded`; the
    last good one when the header ends or makes no sense. None when not even the peer is known.
    """
    found = None
    for hop in (peer, *reversed(forwarded.split(","))):
        address = _read(hop)
        if address is None:
            break
        found = address
        if not any(address in network for network in proxies):
            break
    return found


def counted(address: Address | None) -> str:
    """What stands for an address where requests are counted."""
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, CUSTOMER), strict=False))
    return UNKNOWN if address is None else str(address)


def networks(texts: Iterable[str]) -> Proxies:
    """Read addresses and networks such as `10.0.0.0/8`.

    Raises:
        ValueError: one of them is neither.

    """
    return tuple(ip_network(text) for text in texts)


def _read(hop: str) -> Address | None:
    try:
        address = ip_address(hop.strip().partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
