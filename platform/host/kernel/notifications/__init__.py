"""通知: what the platform tells one account, on its 消息 page and, where a channel takes the kind, outside."""
