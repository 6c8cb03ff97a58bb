"""Check-in 报到: from a patient at a kiosk or desk to a ticket and its slip."""
