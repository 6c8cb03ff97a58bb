"""Who is called to which room, and what a room does with the patient."""
