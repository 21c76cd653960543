"""Named releases: a month's figures under a name, a signer, a day and a head; and since then."""
