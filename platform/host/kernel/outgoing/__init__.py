"""对外通知: what leaves the platform for a person, through a gateway or by mail, from an outbox."""
