"""Accounts, sign-in, sessions and grants: who somebody is and where their roles hold."""
