"""From which network address a request comes, also behind our own reverse proxy."""

from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from marketplace.kernel.config import get_config

Network = IPv4Network | IPv6Network


def caller_address(peer: str, forwarded_for: str) -> str:
    """The caller's address: the peer's own, or what the nearest proxy that is not ours was told by.

    ``X-Forwarded-For`` counts only from a proxy that ``TRUSTED_PROXIES`` names; anybody can write the header.

    Args:
        peer: the address at the other end of the connection; empty where there is none.
        forwarded_for: the header ``X-Forwarded-For``, nearest proxy last.
    """
    chain = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    address = peer
    while chain and _is_ours(address):
        address = chain.pop()
    return address


def _is_ours(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in _trusted(get_config().trusted_proxies))


@cache
def _trusted(names: str) -> tuple[Network, ...]:
    return tuple(ip_network(name.strip(), strict=False) for name in names.split(",") if name.strip())
