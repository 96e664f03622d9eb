"""What is personal goes no further than the vault."""

import json
import stat

import polars as pl
import pytest
from pydantic import SecretStr

from pipelines.city import FeedProfile
from pipelines.errors import SetupError
from pipelines.landing.erased import Erased
from pipelines.landing.free_text import scrub
from pipelines.landing.privacy import MASKS, STRUCK, hash_key, keyed_hash, split
from pipelines.readers.base import ROW, SHEET, UNREADABLE
from pipelines.settings import Settings

KEY = b"a key for tests only, not a secret"


def hashed(value: str, kind: str = "phone", key: bytes = KEY) -> str:
    return str(keyed_hash(pl.Series([value]), kind, key)[0])


@pytest.mark.parametrize("spelling", ["1990000 1234", "199-0000-1234", "１９９００００１２３４", "+8619900001234"])
def test_spellings_of_one_number_give_one_hash(spelling: str) -> None:
    assert hashed(spelling) == hashed("19900001234")


def test_the_hash_needs_the_key() -> None:
    assert hashed("19900001234", key=b"another key of enough length") != hashed("19900001234")


def test_a_name_and_a_number_of_the_same_text_do_not_meet() -> None:
    assert hashed("19900001234", "name") != hashed("19900001234", "phone")


@pytest.mark.parametrize(
    ("kind", "value", "mask"),
    [
        ("name", "测试甲", "测*"),
        ("phone", "19900001234", "199****1234"),
        ("phone", "8812345", "****"),
        ("id_number", "990101199001011234", "990***********34"),
        ("address", "宁边路街道某某社区 3 号楼 2 单元", "宁边路街道***"),
        ("address", "3 号楼", "***"),
    ],
)
def test_masks_keep_little(kind: str, value: str, mask: str) -> None:
    assert pl.select(MASKS[kind](pl.lit(value))).item() == mask


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("请回电19900001234谢谢", "请回电[电话]谢谢"),
        ("电话 199 0000 1234", "电话 [电话]"),
        ("１９９００００１２３４", "[电话]"),
        ("身份证990101199001011234", "身份证[证件号]"),
        ("新B12345占道", "[车牌]占道"),
        ("座机0994-2345678", "座机[电话]"),
        ("手机１９９ ００００　１２３４", "手机[电话]"),
        ("1 9 9 0 0 0 0 1 2 3 4", "[电话]"),
        ("199.0000.1234，199——0000——1234", "[电话]，[电话]"),
        ("199\u200b0000\u200b1234", "[电话]"),
        ("证件 990101 19900101 123x", "证件 [证件号]"),
        ("(0994)2345678", "[电话]"),
        ("０９９４－２３４５６７８", "[电话]"),
        ("新 B·1 2 3 4 5 乱停", "[车牌] 乱停"),
        ("新Ｂ１２３４５", "[车牌]"),
        ("住3号楼2单元501室", "住[门牌]"),
        ("我叫测试甲，联系人：测试乙", "我叫[姓名]，联系人：[姓名]"),
        ("垃圾堆了3天", "垃圾堆了3天"),
        ("延安北路128号路灯不亮，2017-09-25 13:45:00 报过", "延安北路128号路灯不亮，2017-09-25 13:45:00 报过"),
        ("罚款 1,350.00 元，面积 266443.27 平方米", "罚款 1,350.00 元，面积 266443.27 平方米"),
    ],
)
def test_free_text_loses_numbers_that_lead_to_a_person(text: str, clean: str) -> None:
    assert pl.select(scrub(pl.lit(text))).item() == clean


def test_what_the_profile_does_not_name_stays_in_the_vault() -> None:
    profile = FeedProfile.model_validate(
        {
            "feed": "hotline_tickets",
            "source": {"kind": "file", "files": ["*"]},
            "columns": {
                "ticket_id": {"from": ["编号"]},
                "hotline": {"const": "12319"},
                "accepted_at": {"from": ["时间"]},
                "caller_phone": {"from": ["电话"]},
                "content": {"from": ["内容"]},
            },
        }
    )
    header = ["编号", "时间", "电话", "内容", "身份证"]
    chunk = pl.DataFrame(
        {
            SHEET: [None, None], ROW: [2, 3], UNREADABLE: [None, "测试甲,19900001234"],
            "编号": ["1", None], "时间": ["x", None], "电话": ["19900001234", None], "内容": ["打19900001234", None],
            "身份证": ["990101199001011234", None],
        },
        schema_overrides={SHEET: pl.String, UNREADABLE: pl.String},
    )  # fmt: skip
    landed, vaulted = split(chunk, header, profile, KEY)
    assert landed.columns == [SHEET, ROW, UNREADABLE, "编号", "时间", "电话__hash", "电话__mask", "内容"]
    assert "19900001234" not in landed.write_csv()
    assert "990101199001011234" not in landed.write_csv()
    assert vaulted["身份证"].to_list() == ["990101199001011234", None]
    assert vaulted[UNREADABLE].to_list() == [None, "测试甲,19900001234"]


def test_free_text_loses_the_persons_of_its_own_row() -> None:
    columns = {
        "ticket_id": {"from": ["编号"]}, "hotline": {"const": "12319"}, "accepted_at": {"from": ["时间"]},
        "caller_name": {"from": ["来电人"]}, "address": {"from": ["地址"]}, "content": {"from": ["内容"]},
    }  # fmt: skip
    profile = FeedProfile.model_validate(
        {"feed": "hotline_tickets", "source": {"kind": "file", "files": ["*"]}, "columns": columns}
    )
    cells = {
        "编号": ["1", "2", "3"], "时间": ["x"] * 3, "来电人": ["测试甲", "测", None], "地址": ["某某家园西门", None, "x"],
        "内容": ["测试甲在某某家园西门反映测试甲的事", "测量有误", None],
    }  # fmt: skip
    chunk = pl.DataFrame(
        {SHEET: [None] * 3, ROW: [2, 3, 4], UNREADABLE: [None] * 3, **cells},
        schema_overrides={SHEET: pl.String, UNREADABLE: pl.String},
    )
    landed, vaulted = split(chunk, list(cells), profile, KEY)
    assert landed["内容"].to_list() == ["[姓名]在[地址]反映[姓名]的事", "测量有误", None]
    assert vaulted["内容"].to_list() == cells["内容"]


def test_a_home_without_a_key_makes_one_that_only_its_owner_reads(settings: Settings) -> None:
    settings = settings.model_copy(update={"hash_key": None})
    first = hash_key(settings)
    assert first == hash_key(settings)
    assert stat.S_IMODE((settings.vault / "hash.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.vault.stat().st_mode) == 0o700


def test_a_short_key_is_refused(settings: Settings) -> None:
    with pytest.raises(SetupError):
        hash_key(settings.model_copy(update={"hash_key": SecretStr("short")}))


SHIFTED = {
    "ticket_id": {"from": ["编号"]}, "hotline": {"const": "12319"}, "caller_name": {"from": ["来电人"]},
    "caller_phone": {"from": ["电话"]}, "accepted_at": {"from": ["时间"]}, "is_answered_at_once": {"from": ["直接答复"]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "is_out_of_place"),
    [
        (["1", "测试甲", "19900001234", "2017-03-01 10:00:00", "是"], False),
        (["1", "测试甲", "保密", "不详", "无"], False),
        (["1", "测试甲", "19900001234", "昨天", "是"], False),  # a slip, which the steward mends
        (["x", "1", "测试甲", "19900001234", "2017-03-01 10:00:00"], True),
        (["测试甲", "19900001234", "2017-03-01 10:00:00", "是", "x"], True),
        (["测" * 61, "测试甲", "19900001234", "2017-03-01 10:00:00", "是"], True),
    ],
)
def test_a_row_whose_cells_stand_in_the_wrong_columns_stays_in_the_vault(
    cells: list[str], is_out_of_place: bool
) -> None:
    source = {"kind": "file", "files": ["*"]}
    profile = FeedProfile.model_validate({"feed": "hotline_tickets", "source": source, "columns": SHIFTED})
    header = ["编号", "来电人", "电话", "时间", "直接答复"]
    chunk = pl.DataFrame(
        {
            SHEET: [None],
            ROW: [2],
            UNREADABLE: [None],
            **{name: [cell] for name, cell in zip(header, cells, strict=True)},
        },
        schema_overrides={SHEET: pl.String, UNREADABLE: pl.String},
    )
    landed, vaulted = split(chunk, header, profile, KEY)
    assert (landed[UNREADABLE][0] == "[vault]") is is_out_of_place
    if is_out_of_place:
        assert vaulted[UNREADABLE].to_list() == ["\t".join(cells)]
        assert set(landed.drop(SHEET, ROW, UNREADABLE).row(0)) == {None}


@pytest.mark.parametrize(
    ("cell", "lands"),
    [
        ("请打19900001234", "请打[电话]"),
        (" 199 0000 1234", " [电话]"),
        ("110101199003070010", "[证件号]"),
        ("2017-03-01 10:00:00", "2017-03-01 10:00:00"),
        ("20170301100000", "20170301100000"),
        (None, None),
    ],
)
def test_a_number_that_strayed_into_a_column_of_times_is_kept_in_the_vault_only(
    cell: str | None, lands: str | None
) -> None:
    source = {"kind": "file", "files": ["*"]}
    profile = FeedProfile.model_validate({"feed": "hotline_tickets", "source": source, "columns": SHIFTED})
    cells = {"编号": ["1"], "来电人": [None], "电话": [None], "时间": [cell], "直接答复": ["是"]}
    chunk = pl.DataFrame(
        {SHEET: [None], ROW: [2], UNREADABLE: [None], **cells},
        schema_overrides={
            SHEET: pl.String,
            UNREADABLE: pl.String,
            "来电人": pl.String,
            "电话": pl.String,
            "时间": pl.String,
        },
    )
    landed, vaulted = split(chunk, list(cells), profile, KEY)
    assert landed["时间"].to_list() == [lands]
    kept = vaulted[STRUCK][0]
    assert (json.loads(kept) if kept else {}) == ({} if cell == lands else {"时间": cell})
    _, blanked = Erased({"1": frozenset({"subject"})}, {}).blank(landed, vaulted, list(cells), profile)
    assert blanked[STRUCK].to_list() == [None]  # an erasure takes it with the record


def test_the_rows_own_name_is_struck_out_also_with_blanks_inside() -> None:
    columns = {**SHIFTED, "content": {"from": ["内容"]}}
    source = {"kind": "file", "files": ["*"]}
    profile = FeedProfile.model_validate({"feed": "hotline_tickets", "source": source, "columns": columns})
    cells = {
        "编号": ["1"],
        "来电人": ["测试甲"],
        "电话": [None],
        "时间": ["2017-03-01"],
        "直接答复": ["是"],
        "内容": ["测 试　甲反映"],
    }
    chunk = pl.DataFrame(
        {SHEET: [None], ROW: [2], UNREADABLE: [None], **cells},
        schema_overrides={SHEET: pl.String, UNREADABLE: pl.String, "电话": pl.String},
    )
    assert split(chunk, list(cells), profile, KEY)[0]["内容"].to_list() == ["[姓名]反映"]
