"""Batches are judged as a whole, between the contract and raw: is this what the source usually sends?

`measures` tells in numbers what a batch looks like, `history` what the feed's batches have looked like, `rules` what is expected of
both, `judge` says what of it holds. `gx` is the one place where Great Expectations is imported, and only when there is a batch to judge.
No rule stands in two places: what a row must be is the contract's affair, what the models must be is dbt's.
"""
