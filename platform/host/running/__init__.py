"""The processes of a running platform: the embedded database, the supervisor, ports and certificates."""
