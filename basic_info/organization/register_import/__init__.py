"""The register's workbook (名册): units, sections, posts and people, all of them or nothing."""

from basic_info.organization.register_import.operation import HasErrors as HasErrors
from basic_info.organization.register_import.operation import ImportReport as ImportReport
from basic_info.organization.register_import.operation import import_register as import_register
from basic_info.organization.register_import.operation import import_workbook as import_workbook
