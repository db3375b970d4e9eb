from flask import Blueprint

bp = Blueprint("function_monitor", __name__, url_prefix="/function-monitor", template_folder="templates")
