"""Following a hall: a cursor, a reducer, a follower and its socket."""
