"""What the systems above tell basic_info; its models they may join directly."""

from basic_info.coverage.gaps import GAPS as GAPS
from basic_info.coverage.gaps import Gap as Gap
from basic_info.coverage.gaps import gap_rows as gap_rows
from basic_info.coverage.gaps import register_item_activity as register_item_activity
