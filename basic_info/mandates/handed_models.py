"""Orders of a reply that are another unit's, each with the unit that a person named (R44)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from basic_info.mandates.models import Mandate
from basic_info.organization.kinds import Worded
from basic_info.organization.models import Unit
from host.kernel.db import Model


class HandDirection(Worded):
    """What the order does to the unit that was named."""

    GAINS = "gains", "划入该单位"
    GIVES = "gives", "从该单位划出"
    OWN = "own", "该单位自身的变更"


class HandState(Worded):
    OPEN = "open", "待落实"
    SETTLED = "settled", "已办结"
    TAKEN_BACK = "taken_back", "已收回"


class HandedOrder(Model):
    """转交事项: an order of one unit's reply that waits for another unit's version; one unit an order.

    ``draft_id``: the version of the other unit that was begun from it.
    """

    __tablename__ = "handed_order"
    __table_args__ = (
        CheckConstraint("unit_id <> from_unit_id", name="of_another_unit"),
        CheckConstraint("words <> ''", name="has_words"),
        CheckConstraint("(hand_state = 'open') = (settled_by IS NULL)", name="settled_by_a_person"),
        CheckConstraint("(hand_state = 'open') = (note = '')", name="settled_with_a_reason"),
        CheckConstraint("hand_state <> 'taken_back' OR draft_id IS NULL", name="not_taken_back_once_begun"),
        Index(
            "uq_handed_order_once",
            "mandate_id",
            text("md5(words)"),
            unique=True,
            postgresql_where=text("hand_state <> 'taken_back'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: The version whose document has the order, and its unit.
    mandate_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Mandate.id), index=True)
    from_unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id), index=True)
    #: The unit that it concerns.
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id), index=True)
    words: Mapped[str]
    direction: Mapped[HandDirection]
    hand_state: Mapped[HandState] = mapped_column(default=HandState.OPEN)
    draft_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Mandate.id), unique=True)
    named_by: Mapped[int]
    named_at: Mapped[datetime] = mapped_column(server_default=func.now())
    settled_by: Mapped[int | None]
    settled_at: Mapped[datetime | None]
    #: How it was settled, or why it was taken back.
    note: Mapped[str] = mapped_column(default="", server_default="")

    mandate: Mapped[Mandate] = relationship(lazy="raise_on_sql", foreign_keys=[mandate_id])
    draft: Mapped[Mandate | None] = relationship(lazy="raise_on_sql", foreign_keys=[draft_id])
