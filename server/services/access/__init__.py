"""Accounts, log-ins, devices and their tokens; who may guess how often."""
