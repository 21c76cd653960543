"""The facts of each kind: fields, sections, rows, proofs, checklist, what is computed."""
