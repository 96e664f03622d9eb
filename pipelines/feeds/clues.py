"""Clues from other channels than the platform's own: what the police's cameras show and the police pass on (公安视频线索).

Belongs here: the clue and what became of it. The case that it became is a case of the platform, under its own feed.
"""

import dataframely as dy
import polars as pl

from pipelines.feeds.base import Feed, code, in_order, moment, text

OUTCOMES = ("became_case", "settled_on_site", "handed_over", "not_confirmed", "duplicate")


class VideoClue(dy.Schema):
    """One clue from police video."""

    clue_no = text("Number of the clue", "线索编号", nullable=False)
    seen_at = moment("Seen", "发现时间", nullable=False)
    camera_no = text("Number of the camera", "摄像头编号")
    code_scheme = text("Scheme that the class code belongs to", "分类方案")
    class_code = text("Class of event", "事件类别", reference="event_classes:code_scheme,class_code")
    street_code = text("Street or township, as the city codes it", "街道(乡镇)", reference="streets:street_code")
    grid_code = text("Unit grid, as the city codes it", "单元网格", reference="grids:grid_code")
    forwarded_at = moment("Passed on to the bureau", "移送时间")
    platform_case_no = text("Case of the platform that it became", "数字城管案卷号")
    outcome = code("What became of it", "处理结果", OUTCOMES)

    @dy.rule()
    def out_of_order__forwarded_at(cls) -> pl.Expr:
        return in_order("seen_at", "forwarded_at")


VIDEO_CLUES = Feed(
    name="video_clues", title_zh="公安视频线索", title_en="Police video clues", schema=VideoClue,
    key="clue_no", event_on="seen_at",
)  # fmt: skip
