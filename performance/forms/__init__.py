"""登记表: the forms of the year as Word documents."""
