"""How big a table may be before it is opened (security.md row 28: upload bombs)."""

MIB = 1024 * 1024
UPLOAD_BYTES = 64 * MIB
UNPACKED_BYTES = 768 * MIB
UNPACKED_RATIO = 300
"""Unpacked ÷ packed above which a big archive is a bomb; 210,000 × 30 real rows come to about 12."""
RATIO_FREE_BYTES = 64 * MIB
"""Below this size unpacked, sparse but honest sheets may pack better than the ratio."""

ARCHIVE_PARTS = 10_000
SHEETS = 1_000
ROWS = 1_048_576
COLUMNS = 16_384
CELLS = 12_000_000
"""Rows × columns of one sheet: the reader lays a sheet out densely, a lone far cell would cost 400 GB."""
SHARED_STRINGS = 10_000_000
MERGED_AREAS = 200_000
DEPTH = 1_000

PROBE_MEMORY_BYTES = 1024 * MIB
PROBE_SECONDS = 20
