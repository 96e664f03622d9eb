"""Metrics: what they mean, what they are, and which records are behind them.

Belongs here: the dictionary (`dictionary`), answers by MetricFlow (`query`), the way from a figure to its records (`explain`), and the
report's figures held against ours (`figures`). A metric is defined once, as a dbt semantic model and metric in the dbt project;
nothing here knows a formula.
"""
