"""Which hosts are somebody else's and public, and which are inside: of this machine, its networks, or reserved."""

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

WEBHOOK_PORTS = frozenset({443, 8443})

# Everything that is not somebody else's public host. Written out, since what Python calls global has changed with
# its patch releases, and counts multicast among it.
_INSIDE_4 = tuple(
    IPv4Network(each)
    for each in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        # A cloud's metadata and name service at a public-looking address.
        "168.63.129.16/32",
    )
)
# In IPv6 only the global unicast block is outside, and of it not what carries an IPv4 address within (6to4, Teredo)
# or is reserved. Mapped, compatible, NAT64, unique local, link-local and multicast addresses are not in the block.
_OUTSIDE_6 = IPv6Network("2000::/3")
_INSIDE_6 = tuple(IPv6Network(each) for each in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
# Names that lead inside by their very meaning (RFC 6761, 6762, 8375 and what clouds and routers use).
_INSIDE_NAMES = ("localhost", "localdomain", "local", "internal", "intranet", "lan", "home.arpa", "corp", "home")


def is_outside(address: str) -> bool:
    """Whether an IP address is a public host: not of this machine, its networks, or a special range."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in _INSIDE_4)
    return _is_outside_6(ip)


def _is_outside_6(ip: IPv6Address) -> bool:
    return ip.scope_id is None and ip in _OUTSIDE_6 and not any(ip in network for network in _INSIDE_6)


def names_inside(host: str) -> bool:
    """Whether a URL's host is a literal inner address in any form that programs understand (`127.1`, `0x7f000001`), or
    a name that can only lead inside: one of the usual ones, or one without a dot. Other names tell when they are looked
    up."""
    host = host.rstrip(".").lower()
    if ":" in host:
        return not is_outside(host)
    try:
        return not is_outside(socket.inet_ntoa(socket.inet_aton(host)))
    except (OSError, ValueError):
        pass
    return "." not in host or any(f".{host}".endswith(f".{name}") for name in _INSIDE_NAMES)
