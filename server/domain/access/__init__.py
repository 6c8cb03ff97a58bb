"""Who may do what: rights of roles, power over accounts, delays of log-ins, keys by purpose."""
