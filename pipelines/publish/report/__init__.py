"""The annual report: one year of one release as a document (HTML and PDF) and a workbook, in Chinese or English.

Belongs here: which figures, tables and charts the report has, its sentences, and how they are written. A figure is a metric of the
release's dictionary (`figures`) or a question that stands in `standing/`; nothing here knows a number. The texts of the six parts
stand in `templates/`, one file a part and language.
"""
