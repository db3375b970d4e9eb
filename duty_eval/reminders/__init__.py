"""提醒: once a working day, one message a person, about what is still open."""
