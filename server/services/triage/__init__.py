"""Triage 分诊: a nurse sets grade and queue."""
