"""填报周期: whether the people of a unit write their records day by day or once a week."""
