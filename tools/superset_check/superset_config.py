"""Superset's settings for the check. It listens on this machine only and lives for minutes: what protects a public page is off."""

import os

SECRET_KEY = os.environ["CHENGGUAN_CHECK_SECRET"]
SQLALCHEMY_DATABASE_URI = f"sqlite:///{os.environ['CHENGGUAN_CHECK_FOLDER']}/superset.db"
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
