"""The persons of refused rows, as they landed: quarantine shows a mask, the landing copy beside it holds the hash.

Belongs here: finding both again for a mended row in which a person was left alone. Originals in the vault are never opened.
"""

from collections.abc import Sequence

import polars as pl

from pipelines.city import City, FeedProfile
from pipelines.errors import InputError
from pipelines.landing.batches import landed_header, landed_parts, landing_path
from pipelines.landing.headers import meet
from pipelines.landing.privacy import HASH, MASK, personal_kind
from pipelines.readers.base import ROW, SHEET
from pipelines.settings import Settings
from pipelines.steward.fields import desk_profile
from pipelines.steward.rows import HeldRow

#: (hash, mask)
Person = tuple[str | None, str | None]


def persons_of(settings: Settings, city: City, rows: Sequence[HeldRow]) -> dict[tuple[str, str], Person]:
    """{(row, field): hash and mask} of all personal fields of the rows. Raises InputError where a landing copy is gone."""
    found: dict[tuple[str, str], Person] = {}
    for batch in dict.fromkeys(row.batch_id for row in rows):
        of_batch = [row for row in rows if row.batch_id == batch]
        first = of_batch[0]
        path = landing_path(settings, first.feed, batch)
        if not path.is_file():
            raise InputError(
                "该批的落地副本不在了，无法沿用个人信息", "the batch's landing copy is gone, so persons cannot be taken from it",
                file=first.source, sheet=first.sheet, row=first.row, value=first.id,
                remedy_zh="从备份恢复 landing/，或让来源单位更正后重新投递",
                remedy_en="restore landing/ from a backup, or have the source correct the record and deliver it again",
            )  # fmt: skip
        profile = city.profile_of(first.feed)
        used = desk_profile(profile) if first.source_kind == "replay" else profile
        for part in landed_parts(path):
            found |= _in_part(part, used, of_batch)
    return found


def _in_part(frame: pl.DataFrame, profile: FeedProfile, rows: Sequence[HeldRow]) -> dict[tuple[str, str], Person]:
    places = pl.DataFrame(
        {SHEET: [row.sheet for row in rows], ROW: [row.row for row in rows], "_id": [row.row_id for row in rows]},
        schema={SHEET: pl.String, ROW: pl.Int64, "_id": pl.String},
    )
    landed = frame.join(places, on=[SHEET, ROW], how="inner", nulls_equal=True)
    found: dict[tuple[str, str], Person] = {}
    for name, sources in meet(profile, landed_header(frame)).fields.items():
        if personal_kind(profile, name):
            forms = landed.select(
                "_id", *(pl.coalesce([source + suffix for source in sources]).alias(suffix) for suffix in (HASH, MASK))
            )
            found |= {(row, name): (hashed, masked) for row, hashed, masked in forms.iter_rows()}
    return found
