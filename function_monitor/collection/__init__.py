"""Events come in (数据采集): business systems with their keys, watched folders, quarantine of bad rows."""
