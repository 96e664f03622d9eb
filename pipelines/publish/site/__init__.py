"""The site of a release: static pages in two languages, made from that release alone, which open from a folder as well as over HTTP.

Belongs here: everything that becomes a page. A page is one module in `pages/` (docs/site.md); what a figure means stands in the release
itself (`meta.metrics`, `meta.mart_columns`, the columns' comments), never here.
"""

from pipelines.publish.site.build import ENTRY, FOLDER, SiteInfo, build_site

__all__ = ["ENTRY", "FOLDER", "SiteInfo", "build_site"]
