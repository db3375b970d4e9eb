from flask import Blueprint

bp = Blueprint("performance", __name__, url_prefix="/performance", template_folder="templates")
