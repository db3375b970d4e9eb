"""The enumerations of the register with the words people see (dictionary §9)."""

from __future__ import annotations

import enum
from typing import Self


def half_width(word: str) -> str:
    """Brackets as they are typed differ in width; the word is the same."""
    return word.replace("（", "(").replace("）", ")")


class Worded(enum.Enum):
    """An enumeration whose members are (stored value, Chinese word)."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        member = object.__new__(cls)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def of_word(cls, word: str) -> Self | None:
        """The member whose word (or stored value) this is, None if there is none."""
        word = half_width(word.strip())
        return next((member for member in cls if word in {half_width(member.label), member.value}), None)


class UnitKind(Worded):
    PARTY = "party", "党委机关"
    CONGRESS = "congress", "人大机关"
    GOVERNMENT = "government", "政府部门"
    CPPCC = "cppcc", "政协机关"
    SUPERVISION = "supervision", "监察机关"
    COURT = "court", "审判机关"
    PROCURATORATE = "procuratorate", "检察机关"
    DEMOCRATIC_PARTY = "democratic_party", "民主党派"
    MASS = "mass", "群团机关"
    INSTITUTION = "institution", "事业单位"
    OUTPOST = "outpost", "派出(派驻)机构"
    COORDINATION = "coordination", "议事协调机构"
    SUBDISTRICT = "subdistrict", "街道"
    TOWNSHIP = "township", "乡镇"


class InstitutionClass(Worded):
    PUBLIC_1 = "public_1", "公益一类"
    PUBLIC_2 = "public_2", "公益二类"
    ADMINISTRATIVE = "administrative", "承担行政职能"
    BUSINESS = "business", "从事经营"
    UNCLASSIFIED = "unclassified", "未分类"


class Funding(Worded):
    FULL = "full", "财政全额"
    PARTIAL = "partial", "财政差额补贴"
    SELF = "self", "自收自支(经费自理)"


class Rank(Worded):
    """规格 (GB/T 12407-2008; 股级 is local, R10)."""

    BUREAU_HEAD = "bureau_head", "厅局级正职"
    BUREAU_DEPUTY = "bureau_deputy", "厅局级副职"
    DIVISION_HEAD = "division_head", "县处级正职"
    DIVISION_DEPUTY = "division_deputy", "县处级副职"
    SECTION_HEAD = "section_head", "乡科级正职"
    SECTION_DEPUTY = "section_deputy", "乡科级副职"
    STOCK_HEAD = "stock_head", "股级正职"
    STOCK_DEPUTY = "stock_deputy", "股级副职"
    STAFF = "staff", "科员级"
    CLERK = "clerk", "办事员级"
    NONE = "none", "未定职"


class UnitState(Worded):
    ACTIVE = "active", "正常"
    PENDING_ABOLITION = "pending_abolition", "待撤销"
    ABOLISHED = "abolished", "已撤销"
    MERGED = "merged", "已合并"


class SectionKind(Worded):
    OFFICE = "office", "办公室"
    BUSINESS = "business", "业务科室"
    GENERAL = "general", "综合科室"
    PARTY_COMMITTEE = "party_committee", "机关党委"
    RETIREES = "retirees", "离退休干部科"
    DISCIPLINE = "discipline", "纪检监察机构"
    TOWNSHIP_OFFICE = "township_office", "乡镇(街道)办公室"


class PostClass(Worded):
    MANAGEMENT = "management", "管理"
    TECHNICAL = "technical", "专业技术"
    WORKER = "worker", "工勤技能"
    LEADER = "leader", "领导"
    CIVIL_GENERAL = "civil_general", "综合管理"
    ENFORCEMENT = "enforcement", "行政执法"


class QuotaKind(Worded):
    ADMIN_GENERAL = "admin_general", "党政群机关行政编制"
    ADMIN_SUBDISTRICT = "admin_subdistrict", "街道行政编制"
    ADMIN_TOWNSHIP = "admin_township", "乡镇行政编制"
    ADMIN_DISCIPLINE = "admin_discipline", "纪检监察行政编制"
    JUSTICE_POLICE = "justice_police", "政法专项(公安)"
    JUSTICE_JUDICIAL = "justice_judicial", "政法专项(司法)"
    JUSTICE_PROCURATORATE = "justice_procuratorate", "政法专项(检察院)"
    JUSTICE_COURT = "justice_court", "政法专项(法院)"
    WORKER = "worker", "工勤(后勤服务)编制"
    INST_CIVIL_MANAGED = "inst_civil_managed", "参照公务员法管理事业编制"
    INST_GENERAL = "inst_general", "事业编制"
    INST_REGISTERED = "inst_registered", "报备员额(备案制)"
    INST_RESERVE = "inst_reserve", "储备编制"
    REVOLVING_ADMIN = "revolving_admin", "行政周转编制"
    REVOLVING_INST = "revolving_inst", "事业周转编制"
    GOV_EMPLOYEE = "gov_employee", "政府雇员"
    CONTROLLED_POST = "controlled_post", "员额控制数"
    EXTERNAL_CONTROL = "external_control", "编外用工控制数"
    HISTORIC = "historic", "历史编制"


class Identity(Worded):
    CIVIL_SERVANT = "civil_servant", "公务员"
    CIVIL_MANAGED = "civil_managed", "参照管理人员"
    INSTITUTION_MANAGER = "institution_manager", "事业管理人员"
    INSTITUTION_TECHNICAL = "institution_technical", "事业专技人员"
    WORKER = "worker", "工勤人员"
    EXTERNAL = "external", "编外人员"


class PersonKind(Worded):
    ON_QUOTA = "on_quota", "在编"
    OFF_QUOTA = "off_quota", "编外"
    RETIRED = "retired", "离退休"
    LEFT = "left", "减少"
    LISTED_APART = "listed_apart", "单列"
    SELECTED_GRADUATE = "selected_graduate", "不占编选调生"


class WorkState(Worded):
    ON_POST = "on_post", "在岗"
    LENT_OUT = "lent_out", "借出"
    BORROWED = "borrowed", "借入"
    SECONDED = "seconded", "挂职"
    LONG_SICK = "long_sick", "长期病休"
    STUDY = "study", "脱产学习"
    SUSPENDED = "suspended", "停职"
    UNASSIGNED = "unassigned", "待岗"


class Sex(Worded):
    UNKNOWN = "unknown", "未知"
    MALE = "male", "男"
    FEMALE = "female", "女"
    UNSTATED = "unstated", "未说明"


class RetireCategory(Worded):
    MALE_60 = "male_60", "男60"
    FEMALE_55 = "female_55", "女55"
    FEMALE_50 = "female_50", "女50"
    FEMALE_60 = "female_60", "女60(县处级、高级职称)"


class AppointmentKind(Worded):
    MAIN = "main", "主职"
    CONCURRENT = "concurrent", "兼职"
    SECOND_POST = "second_post", "双肩挑"
    SECONDED = "seconded", "挂职"
    BORROWED = "borrowed", "借调"
    SUBSTITUTE = "substitute", "顶岗"


class LeaderKind(Worded):
    UNIT_HEAD = "unit_head", "单位正职"
    UNIT_DEPUTY = "unit_deputy", "单位副职"
    CHIEF_ENGINEER = "chief_engineer", "总师"
    OTHER_LEADER = "other_leader", "其他领导"
    SECTION_HEAD = "section_head", "内设机构正职"
    SECTION_DEPUTY = "section_deputy", "内设机构副职"
    OTHER_BODY = "other_body", "其他工作机构领导"
