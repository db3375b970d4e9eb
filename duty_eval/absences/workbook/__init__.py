"""Leave from a workbook (导入请假): checked line by line, all of it or nothing, each line once."""

from duty_eval.absences.workbook.operation import AbsenceReport as AbsenceReport
from duty_eval.absences.workbook.operation import import_absences as import_absences
