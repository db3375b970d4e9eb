"""委托: who leads lets another act for them while away; the grants themselves lie with the accounts (host.auth)."""
