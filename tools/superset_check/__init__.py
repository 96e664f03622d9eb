"""Tries the bundle on a real Superset: `make superset-check`. No part of the product, and of no test run.

Belongs here: a Superset in an environment of its own (`environment`), its API (`client`), and what must hold (`checks`). Everything it
writes is below a temporary folder, but for the environment, which stays for the next time.
"""
