from flask import Blueprint

bp = Blueprint("basic_info", __name__, url_prefix="/basic-info", template_folder="templates")
