"""The tally ledger: timelines, postings, seals, cells, and their proof."""
