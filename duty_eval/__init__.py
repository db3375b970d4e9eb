"""履职考评: what people did for their duties, and its review."""

from duty_eval import models as models
from duty_eval.absences import correct_views as absence_correct_views
from duty_eval.absences import views as absence_views
from duty_eval.absences.queries import count_to_decide
from duty_eval.absences.workbook import list_views as absence_import_list_views
from duty_eval.absences.workbook import views as absence_workbook_views
from duty_eval.absences.workbook.commands import absences as absences_command
from duty_eval.assignments import views as assignment_views
from duty_eval.blueprint import bp
from duty_eval.dashboards import reports as dashboard_reports
from duty_eval.dashboards import views as dashboard_views
from duty_eval.delegations import views as delegation_views
from duty_eval.entry_rules import views as entry_rule_views
from duty_eval.handovers import views as handover_views
from duty_eval.inspections import finding_views as inspection_finding_views
from duty_eval.inspections import reports as inspection_reports
from duty_eval.inspections import sheet_views as inspection_sheet_views
from duty_eval.inspections import views as inspection_views
from duty_eval.knowledge import views as knowledge_views
from duty_eval.month_sheets import views as month_sheet_views
from duty_eval.offline import views as offline_views
from duty_eval.periods import reports as period_reports
from duty_eval.periods import views as period_views
from duty_eval.permissions import ROLE_PERMISSIONS, Permission
from duty_eval.publicity import views as publicity_views
from duty_eval.publicity.queries import count_to_answer
from duty_eval.record_templates import views as record_template_views
from duty_eval.records import list_views as record_list_views
from duty_eval.records import on_behalf_views as record_on_behalf_views
from duty_eval.records import reattach_views as record_reattach_views
from duty_eval.records import repeat_views as record_repeat_views
from duty_eval.records import reports as record_reports
from duty_eval.records import views as record_views
from duty_eval.records import week_views as record_week_views
from duty_eval.requirements import group_views as requirement_group_views
from duty_eval.requirements import views as requirement_views
from duty_eval.review import views as review_views
from duty_eval.review import week_views as review_week_views
from duty_eval.review.queries import count_waiting
from duty_eval.rhythms import views as rhythm_views
from duty_eval.routine import paper_views as routine_paper_views
from duty_eval.routine import views as routine_views
from duty_eval.sanctions import views as sanction_views
from duty_eval.tracing import about, todo, trace
from duty_eval.workload import views as workload_views
from host.kernel.system import MenuItem, Schedule, System

_views = (
    handover_views,
    inspection_finding_views,
    inspection_reports,
    inspection_sheet_views,
    inspection_views,
    knowledge_views,
    publicity_views,
    routine_paper_views,
    routine_views,
    sanction_views,
    workload_views,
    absence_correct_views,
    absence_views,
    absence_import_list_views,
    absence_workbook_views,
    dashboard_reports,
    dashboard_views,
    record_on_behalf_views,
    record_reattach_views,
    record_template_views,
    record_repeat_views,
    assignment_views,
    delegation_views,
    entry_rule_views,
    period_reports,
    period_views,
    month_sheet_views,
    offline_views,
    record_list_views,
    record_reports,
    record_views,
    record_week_views,
    requirement_group_views,
    requirement_views,
    review_views,
    review_week_views,
    rhythm_views,
)

system = System(
    name="duty_eval",
    title="履职考评",
    icon="clipboard-check",
    blueprint=bp,
    permissions=Permission,
    role_permissions=ROLE_PERMISSIONS,
    menu=(
        MenuItem(
            title="今日履职",
            part="个人",
            endpoint="duty_eval.today",
            permission=Permission.DUTY_RECORD_LOG,
            is_daily=True,
        ),
        MenuItem(title="周填报", part="个人", endpoint="duty_eval.week", permission=Permission.DUTY_RECORD_LOG),
        MenuItem(title="我的月历", part="个人", endpoint="duty_eval.month", permission=Permission.DUTY_RECORD_LOG),
        MenuItem(title="我的纪实", part="个人", endpoint="duty_eval.my_records", permission=Permission.DUTY_RECORD_LOG),
        MenuItem(
            title="我的看板", part="个人", endpoint="duty_eval.own_dashboard", permission=Permission.DUTY_RECORD_LOG
        ),
        MenuItem(
            title="请假和出差", part="个人", endpoint="duty_eval.my_absences", permission=Permission.DUTY_RECORD_LOG
        ),
        MenuItem(
            title="我的平时考核", part="个人", endpoint="duty_eval.my_routine", permission=Permission.DUTY_RECORD_LOG
        ),
        MenuItem(title="我的任务", part="个人", endpoint="duty_eval.my_tasks", permission=Permission.DUTY_RECORD_LOG),
        MenuItem(
            title="纪实审核",
            part="科室和单位",
            endpoint="duty_eval.review_week",
            also=("duty_eval.review_queue", "duty_eval.return_form", "duty_eval.delegations"),
            permission=Permission.REVIEW_OPEN,
            badge=count_waiting,
        ),
        MenuItem(
            title="请假确认",
            part="科室和单位",
            endpoint="duty_eval.absences_to_decide",
            also=("duty_eval.granted_absences", "duty_eval.correct_absence_form"),
            permission=Permission.ABSENCE_DECIDE,
            badge=count_to_decide,
        ),
        MenuItem(
            title="导入请假",
            part="科室和单位",
            endpoint="duty_eval.upload_absences",
            also=("duty_eval.show_absence_upload",),
            permission=Permission.ABSENCE_IMPORT,
        ),
        MenuItem(
            title="平时考核评鉴",
            part="科室和单位",
            endpoint="duty_eval.routine_review",
            permission=Permission.REVIEW_OPEN,
        ),
        MenuItem(
            title="平时考核", part="科室和单位", endpoint="duty_eval.routine_rounds", permission=Permission.ROUTINE_READ
        ),
        MenuItem(
            title="考核异议答复",
            part="科室和单位",
            endpoint="duty_eval.routine_objections",
            permission=Permission.ROUTINE_ANSWER,
            badge=count_to_answer,
        ),
        MenuItem(
            title="处分和立案", part="科室和单位", endpoint="duty_eval.sanctions", permission=Permission.SANCTION_KEEP
        ),
        MenuItem(
            title="监督检查", part="科室和单位", endpoint="duty_eval.inspections", permission=Permission.INSPECTION_READ
        ),
        MenuItem(
            title="交办任务", part="科室和单位", endpoint="duty_eval.assigned_tasks", permission=Permission.TASK_ASSIGN
        ),
        MenuItem(
            title="代填纪实",
            part="科室和单位",
            endpoint="duty_eval.choose_behalf",
            permission=Permission.DUTY_RECORD_LOG_FOR,
        ),
        MenuItem(
            title="履职看板", part="科室和单位", endpoint="duty_eval.dashboard", permission=Permission.DASHBOARD_READ
        ),
        MenuItem(
            title="业务知识",
            part="科室和单位",
            endpoint="duty_eval.knowledge",
            also=(
                "duty_eval.show_article",
                "duty_eval.new_article",
                "duty_eval.edit_article",
                "duty_eval.post_handover",
                "duty_eval.handovers",
                "duty_eval.new_handover",
                "duty_eval.show_handover",
            ),
            permission=Permission.DUTY_RECORD_READ,
        ),
        MenuItem(
            title="常用内容",
            part="规则",
            endpoint="duty_eval.record_templates",
            permission=Permission.RECORD_TEMPLATE_KEEP,
        ),
        MenuItem(
            title="填写要求",
            part="规则",
            endpoint="duty_eval.duty_requirements",
            permission=Permission.DUTY_REQUIREMENT_SET,
        ),
        MenuItem(title="月度锁定", part="规则", endpoint="duty_eval.periods", permission=Permission.PERIOD_LOCK),
        MenuItem(
            title="填报周期", part="规则", endpoint="duty_eval.rhythm", permission=Permission.RECORD_RHYTHM_CHOOSE
        ),
        MenuItem(title="填报规则", part="规则", endpoint="duty_eval.entry_rules", permission=Permission.ENTRY_RULE_SET),
    ),
    schedules=(
        Schedule(name="duty_eval.add_up_sums", title="汇总履职数据", cron="*/10 * * * *", job="duty_eval.add_up_sums"),
        Schedule(name="duty_eval.remind", title="工作日提醒", cron="30 16 * * *", job="duty_eval.remind"),
        Schedule(name="duty_eval.lock_months", title="月度锁定", cron="20 1 * * *", job="duty_eval.lock_months"),
        Schedule(
            name="duty_eval.compare_records", title="比对履职纪实", cron="40 1 * * *", job="duty_eval.compare_records"
        ),
        Schedule(
            name="duty_eval.count_workload", title="统计工作量", cron="10 2 * * *", job="duty_eval.count_workload"
        ),
        Schedule(
            name="duty_eval.count_present_month",
            title="统计本月工作量",
            cron="40 10,14,20 * * *",
            job="duty_eval.count_present_month",
        ),
    ),
    commands=(absences_command,),
    trace=trace,
    about=about,
    todo=todo,
)
