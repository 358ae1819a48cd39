"""How fast a socket may speak: the arithmetic of buckets."""

from tutor.core.peers import Bucket


def test_a_bucket_gives_its_burst_and_then_nothing() -> None:
    bucket = Bucket(20, 40, 100.0)
    assert [bucket.take(100.0) for _ in range(41)] == [True] * 40 + [False]


def test_a_bucket_fills_with_time_and_not_over_its_brim() -> None:
    bucket = Bucket(20, 40, 100.0)
    for _ in range(40):
        bucket.take(100.0)
    assert [bucket.take(100.25) for _ in range(6)] == [True] * 5 + [False]
    assert sum(bucket.take(1000.0) for _ in range(100)) == 40


def test_a_bucket_says_after_how_many_seconds_it_has_one_again() -> None:
    slow, fast = Bucket(0.25, 1, 0.0), Bucket(20, 1, 0.0)
    for bucket in (slow, fast):
        bucket.take(0.0)
        assert not bucket.take(0.0)
    assert (slow.wait_s, fast.wait_s) == (4, 1)
    assert slow.take(4.0)
