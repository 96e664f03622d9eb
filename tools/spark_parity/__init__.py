"""Builds the same records on DuckDB and on Spark and holds every model of core and marts against its twin: `make spark-parity`.

Belongs here: the records both engines read (`records`), Spark in an environment of its own (`environment`, `session`), and the comparison
(`compare`). No part of the product and of no test run; everything is written below a temporary folder, but for the environment, which
stays for the next time, and the table in docs/scaling.md where that is asked for.
"""
