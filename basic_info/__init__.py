"""基础信息: what the register says ought to be: units, people, mandates, power lists, flowcharts and duties."""

from basic_info import models as models
from basic_info.blueprint import bp
from basic_info.breakdown import views as breakdown_views
from basic_info.catalogue import reports as catalogue_reports
from basic_info.catalogue import views as catalogue_views
from basic_info.commands import commands
from basic_info.coverage import overlap_views
from basic_info.coverage import reports as coverage_reports
from basic_info.coverage import views as coverage_views
from basic_info.documents import ledger_views, matching_views
from basic_info.documents import views as document_views
from basic_info.duties import link_views, post_duty_views
from basic_info.duties import reports as duty_reports
from basic_info.duties import views as duty_views
from basic_info.flowcharts import editor_views
from basic_info.flowcharts import views as flowchart_views
from basic_info.mandates import (
    carried_views,
    comparing_views,
    deciding_views,
    effect_reports,
    handed_views,
    reading_views,
)
from basic_info.mandates import views as mandate_views
from basic_info.organization import people_views, reports, share_views, views
from basic_info.organization.commands import register
from basic_info.organization.register_import import views as register_views
from basic_info.permissions import ROLE_PERMISSIONS, Permission
from basic_info.power_lists import adjust_views as power_list_adjust_views
from basic_info.power_lists import browsing_views as power_list_browsing_views
from basic_info.power_lists import reports as power_list_reports
from basic_info.power_lists import version_views as power_list_version_views
from basic_info.power_lists import views as power_list_views
from basic_info.regions import views as region_views
from basic_info.returning import views as returning_views
from basic_info.search import views as search_views
from basic_info.settings import views as setting_views
from basic_info.waiting import todo
from host.kernel.system import MenuItem, Schedule, System

_views = (
    breakdown_views,
    carried_views,
    catalogue_reports,
    catalogue_views,
    comparing_views,
    coverage_reports,
    coverage_views,
    deciding_views,
    document_views,
    duty_reports,
    duty_views,
    editor_views,
    effect_reports,
    flowchart_views,
    handed_views,
    ledger_views,
    link_views,
    mandate_views,
    matching_views,
    overlap_views,
    post_duty_views,
    power_list_adjust_views,
    power_list_browsing_views,
    power_list_reports,
    power_list_version_views,
    power_list_views,
    people_views,
    share_views,
    reading_views,
    region_views,
    register_views,
    reports,
    returning_views,
    search_views,
    setting_views,
    views,
)

system = System(
    name="basic_info",
    title="基础信息",
    icon="building",
    blueprint=bp,
    permissions=Permission,
    role_permissions=ROLE_PERMISSIONS,
    menu=(
        MenuItem(title="机构名册", part="机构", endpoint="basic_info.list_units", permission=Permission.UNIT_READ),
        MenuItem(title="行政区划", part="机构", endpoint="basic_info.list_regions", permission=Permission.UNIT_READ),
        MenuItem(
            title="导入名册", part="机构", endpoint="basic_info.upload_register", permission=Permission.REGISTER_IMPORT
        ),
        MenuItem(title="单位职责", part="职责", endpoint="basic_info.duty_units", permission=Permission.DUTY_READ),
        MenuItem(
            title="权责事项", part="职责", endpoint="basic_info.list_power_items", permission=Permission.DUTY_READ
        ),
        MenuItem(title="文件台账", part="职责", endpoint="basic_info.documents", permission=Permission.DUTY_READ),
        MenuItem(title="职责覆盖", part="职责", endpoint="basic_info.coverage", permission=Permission.DUTY_READ),
        MenuItem(title="检索职责", part="职责", endpoint="basic_info.search", permission=Permission.DUTY_READ),
        MenuItem(
            title="公开目录", part="职责", endpoint="basic_info.catalogue_opening", permission=Permission.CATALOGUE_OPEN
        ),
        MenuItem(
            title="职责库设置",
            part="职责",
            endpoint="basic_info.show_library_settings",
            permission=Permission.SETTING_EDIT,
        ),
    ),
    todo=todo,
    commands=(register, *commands),
    schedules=(
        Schedule(
            name="basic_info.check_coverage",
            title="检查职责覆盖",
            cron="10 4 * * *",
            job="basic_info.check_coverage",
        ),
    ),
)
