"""The facts of each kind: fields, sections, rows, proofs, checklist, and what is computed from them."""
