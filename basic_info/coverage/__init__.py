"""职责覆盖: where the golden thread is torn, for a unit and for the whole city (B42, R47)."""
