"""The hash of a personal value: worked out for many at once, and the same as for each by itself."""

import hashlib
import hmac

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipelines.landing.privacy import _normal, keyed_hash

#: As long as a home's own, and longer than a block of the hash.
KEYS = [b"a key that only this test knows", b"a long key" * 10]
VALUES = st.one_of(
    st.text(),
    st.text("0123456789 -+（）０１２86", max_size=20),
    st.text("王李赵 街道社区号\t\x1f\u3000㎡Ａ", max_size=20),
)


@given(
    st.lists(st.none() | VALUES, max_size=30),
    st.sampled_from(["name", "phone", "id_number", "address"]),
    st.sampled_from(KEYS),
)
def test_many_values_are_hashed_as_each_by_itself(values: list[str | None], kind: str, key: bytes) -> None:
    def alone(value: str) -> str:
        return hmac.new(key, f"{kind}:{_normal(kind, value)}".encode(), hashlib.sha256).hexdigest()[:32]

    found = keyed_hash(pl.Series(values, dtype=pl.String), kind, key)

    assert found.to_list() == [None if value is None else alone(value) for value in values]
