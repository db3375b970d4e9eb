"""后台任务 and 定时任务: what works by itself, and who asked for it."""

from flask import Blueprint

bp = Blueprint("jobs", __name__, url_prefix="/jobs")
