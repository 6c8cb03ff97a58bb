"""What time does by itself: due tasks, the watch of the hall, news of the clock."""
