"""Whose address a request is counted for: proxies that are trusted, and headers that are made up."""

import pytest

from tutor.core.address import counted, nearest, networks

PROXIES = networks(["10.0.0.0/8", "127.0.0.1", "fd00::/8"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # made up by the asker
        ("203.0.113.7", "10.0.0.1", "203.0.113.7"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),  # the asker's own header, passed on
        ("10.0.0.1", "198.51.100.1, 10.2.2.2", "198.51.100.1"),  # two proxies of ours
        ("10.0.0.1", "198.51.100.1,127.0.0.1 ,10.2.2.2", "198.51.100.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "10.3.3.3", "10.3.3.3"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, <script>", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1:4711", "10.0.0.1"),
        ("fd00::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("fe80::1%eth0", "198.51.100.1", "fe80::1"),
    ],
)
def test_a_header_is_believed_as_far_as_our_proxies_wrote_it(peer: str, forwarded: str, expected: str) -> None:
    assert str(nearest(peer, forwarded, PROXIES)) == expected


def test_without_proxies_the_peer_is_who_asks() -> None:
    assert str(nearest("127.0.0.1", "198.51.100.1", ())) == "127.0.0.1"


def test_a_peer_without_an_address_has_a_share_of_its_own() -> None:
    assert counted(nearest("", "198.51.100.1", PROXIES)) == "unknown"


def test_the_addresses_of_one_ipv6_customer_count_together() -> None:
    one, same, other = (
        nearest(text, "", ()) for text in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1")
    )
    assert counted(one) == counted(same) == "2001:db8:1:2::/64"
    assert counted(one) != counted(other)


def test_ipv4_counts_whole() -> None:
    assert counted(nearest("203.0.113.7", "", ())) == "203.0.113.7"


@pytest.mark.parametrize("text", ["", "10.0.0.1/8", "proxy.example.com", "300.1.1.1"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        networks([text])
