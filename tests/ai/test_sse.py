"""The parser of Server-Sent Events."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.ai.sse import SseParser


def payloads(*chunks: bytes, limit: int = 64 * 1024) -> list[bytes]:
    parser = SseParser(limit)
    found = [*itertools.chain.from_iterable(parser.feed(chunk) for chunk in chunks), *parser.end()]
    assert not parser.broken
    return found


def test_an_event_is_its_data() -> None:
    assert payloads(b'data: {"a": 1}\n\n') == [b'{"a": 1}']


def test_several_events_in_one_chunk_come_in_order() -> None:
    assert payloads(b"data: 1\n\ndata: 2\n\ndata: 3\n\n") == [b"1", b"2", b"3"]


def test_an_event_is_given_as_soon_as_it_is_complete() -> None:
    parser = SseParser()
    assert parser.feed(b"data: 1\n") == []
    assert parser.feed(b"\n") == [b"1"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_end_of_the_standard_counts(end: bytes) -> None:
    assert payloads(b"data: 1" + end + end + b"data: 2" + end + end) == [b"1", b"2"]


def test_a_line_end_cut_in_two_is_one() -> None:
    assert payloads(b"data: 1\r", b"\ndata: 2\r", b"\n\r", b"\n") == [b"1\n2"]


def test_a_lone_carriage_return_completes_an_event_at_once() -> None:
    parser = SseParser()
    assert parser.feed(b"data: 1\r\r") == [b"1"]


@pytest.mark.parametrize("line", [b"data:1", b"data: 1"])
def test_the_space_behind_the_colon_is_optional(line: bytes) -> None:
    assert payloads(line + b"\n\n") == [b"1"]


def test_only_one_space_is_taken_away() -> None:
    assert payloads(b"data:  1 \n\n") == [b" 1 "]


def test_the_data_of_several_lines_is_joined() -> None:
    assert payloads(b"data: {\ndata:\ndata: }\n\n") == [b"{\n\n}"]


def test_comments_and_other_fields_are_skipped() -> None:
    assert payloads(b": ping\n\nevent: x\nid: 3\nretry: 9\ndata: 1\ndatabase: 2\n\n:\n\n") == [b"1"]


def test_an_event_without_data_is_nothing() -> None:
    assert payloads(b"event: ping\n\ndata\n\ndata:\n\n\n\n") == []


def test_a_character_cut_in_two_stays_whole() -> None:
    data = "data: 解方程\n\n".encode()
    assert payloads(*(data[i : i + 1] for i in range(len(data)))) == ["解方程".encode()]


def test_a_byte_order_mark_in_front_is_skipped() -> None:
    assert payloads(b"\xef\xbb", b"\xbfdata: 1\n\n") == [b"1"]


def test_the_last_event_counts_without_its_empty_line() -> None:
    assert payloads(b"data: 1\n\ndata: 2\n") == [b"1", b"2"]


def test_a_last_line_without_its_end_is_dropped() -> None:
    assert payloads(b'data: 1\n\ndata: {"a') == [b"1"]


def test_an_empty_stream_has_no_events() -> None:
    assert payloads() == payloads(b"") == []


@pytest.mark.parametrize("start", [b"data: ", b": ", b"x"])
@pytest.mark.parametrize("end", [b"", b"\n\n"])
def test_a_giant_line_breaks_the_parser(start: bytes, end: bytes) -> None:
    parser = SseParser()
    assert [*parser.feed(start + b"x" * 65_536 + end), *parser.end()] == []
    assert parser.broken


def test_what_stands_before_a_giant_line_is_given_and_nothing_behind_it() -> None:
    parser = SseParser(limit=100)
    assert parser.feed(b"data: 1\n\ndata: " + b"x" * 200 + b"\n\ndata: 2\n\n") == [b"1"]
    assert parser.broken
    assert [*parser.feed(b"data: 3\n\n"), *parser.end()] == []


def test_a_giant_line_is_known_before_all_of_it_is_there() -> None:
    parser = SseParser(limit=100)
    assert parser.feed(b"x" * 60) == []
    assert not parser.broken
    assert parser.feed(b"x" * 60) == []
    assert parser.broken


def test_many_lines_of_one_giant_event_break_the_parser() -> None:
    parser = SseParser(limit=100)
    assert parser.feed(b"data: xxxxxxxxx\n" * 12 + b"\n") == []
    assert parser.broken


def test_the_limit_is_for_one_event_and_not_for_the_stream() -> None:
    assert len(payloads(b"data: xxxxxxxxx\n\n" * 1000, limit=100)) == 1000


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [b"", b"data", b"data:", b"data: ", b": c", b"event: x", b"data: [DONE]", b"\xef\xbb\xbfdata: 1"]
        ),
        st.text(max_size=12).map(lambda text: b"data: " + text.encode()),
        st.binary(max_size=12),
    ),
    max_size=20,
)


@given(lines=LINES, data=st.data())
def test_any_split_of_a_stream_gives_the_same_events(lines: list[bytes], data: st.DataObject) -> None:
    ends = data.draw(st.lists(st.sampled_from([b"\n", b"\r\n", b"\r"]), min_size=len(lines), max_size=len(lines)))
    stream = b"".join(itertools.chain.from_iterable(zip(lines, ends, strict=True)))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    chunks = [stream[a:b] for a, b in itertools.pairwise([0, *cuts, len(stream)])]
    assert payloads(*chunks) == payloads(stream)


@given(texts=st.lists(st.text(min_size=1).filter(lambda text: not set(text) & set("\r\n")), max_size=8))
def test_what_a_service_sends_is_what_comes_out(texts: list[str]) -> None:
    events = [text.encode() for text in texts]
    assert payloads(b"".join(b"data: " + event + b"\n\n" for event in events)) == events


LINES = st.sampled_from([b"data: 1", b"data: {}", b"data:2", b": c", b"", b"event: x", b"data", b"data: ", b"\xe4\xb8"])


@given(st.lists(LINES), st.sampled_from([b"\n", b"\r\n", b"\r"]), st.lists(st.integers(0, 200)))
def test_the_usual_form_is_cut_as_the_standard_says_wherever_the_chunks_end(
    lines: list[bytes], end: bytes, cuts: list[int]
) -> None:
    stream = b"".join(line + end for line in lines)
    places = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    chunks = [stream[first:last] for first, last in itertools.pairwise(places)]
    assert payloads(*chunks) == payloads(*(stream[place : place + 1] for place in range(len(stream))))
