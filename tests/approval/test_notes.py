"""Working notes: what a page did not show stays, unchanged rows stay ticked over a new filing."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from registry.approval.forms import read_notes, write_spans
from registry.approval.notes import Notes, Posted, carry_over, load_notes, merge, store_notes


def test_ticks_of_rows_that_a_page_did_not_show_stay() -> None:
    kept = Notes(filing=1, verified=frozenset({1, 2, 9}))
    sent = Posted(Notes(verified=frozenset({3, 9})), shown=frozenset({2, 3}))

    assert merge(kept, sent).verified == {1, 3, 9}


def test_remarks_of_another_window_stay() -> None:
    kept = Notes(remarks={"field:title": "一", "field:summary": "二"})
    sent = Posted(Notes(remarks={"field:title": ""}), shown=frozenset())

    assert merge(kept, sent).written == [("field:summary", "二")]


def test_rows_that_did_not_change_stay_ticked_wherever_they_moved() -> None:
    notes = Notes(filing=1, verified=frozenset({1, 2, 3}), checks=frozenset({"place"}))
    before = [{"serial_no": "A"}, {"serial_no": "B"}, {"serial_no": "C"}]
    now = [{"serial_no": "C"}, {"serial_no": "A", "model": ""}, {"serial_no": "X"}]

    carried = carry_over(notes, filing=2, before=before, now=now)

    assert (carried.filing, sorted(carried.verified), carried.checks) == (2, [1, 2], frozenset())


def test_notes_survive_being_stored() -> None:
    notes = Notes(
        filing=2,
        remarks={"field:title": "写清楚。"},
        checks=frozenset({"place"}),
        verified=frozenset({3, 1}),
        words={"reject_reason": "不符合条件"},
    )

    assert load_notes(store_notes(notes)) == notes


def test_positions_are_written_as_spans_and_read_back() -> None:
    spans = write_spans([1, 2, 3, 7])
    posted = read_notes(MultiDict({"shown": spans, "verified": "7"}), filing=1)

    assert (spans, sorted(posted.shown)) == ("1-3,7-7", [1, 2, 3, 7])


def test_unreadable_words_are_kept_readable() -> None:
    posted = read_notes(
        MultiDict({"remark-field:title": "a\ud800\0b", "verified": "10**30", "shown": "x"}),
        filing=1,
    )

    assert (posted.notes.remarks, posted.notes.verified) == ({"field:title": "a?b"}, frozenset())
