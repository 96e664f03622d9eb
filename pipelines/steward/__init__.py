"""The steward's desk: what was refused and why, mended and seen counted.

`rows` finds refused rows and says what became of them, `fields` what would have been right, `decisions` sets rows aside and takes them back,
`workbook` writes rows out to be mended, `mended` reads such a workbook again, `replay` brings its rows through the door. What a row
is called and the log of what was done stand in `pipelines.landing.quarantine`. Nothing here knows Dagster or the command line.
"""
