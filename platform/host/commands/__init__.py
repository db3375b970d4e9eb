"""Commands of ``lvzhi`` that run processes or look at the machine."""
