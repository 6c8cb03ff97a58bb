# What a waiting patient is told: where in line, who goes before, by which rule, what to do.
# Never a name, a grade or a diagnosis.

# "Why not me?": $rule is a sentence, $who the categories of those before.
next = You are next. { $rule }
before = { $n ->
    [one] { $n } goes before you. { $rule }
   *[other] { $n } go before you. { $rule }
}
before_by = { $n ->
    [one] { $n } goes before you: { $who }. { $rule }
   *[other] { $n } go before you: { $who }. { $rule }
}
paused = No room calls at the moment; calling goes on as soon as one opens. { $why }
doctor_away = The doctor you wait for is not calling at the moment. If you would like to see another doctor of this clinic, please go to the desk.

# Those before, by category.
ahead-by_staff = { $count } arranged by the staff
ahead-earlier = { $count } who came before you
ahead-other_queues = { $count } of the room's other queues
ahead-by_condition = { $count } first by condition and waiting time
ahead-woven = { $count } returning or with priority
ahead-passed = { $count } who were passed and came back
ahead-policy = { $count } with priority by policy
ahead-returning = { $count } coming back with results
ahead-in_order = { $count } before you in order
ahead-staged = { $count } already sent to a room
ahead-arrived = { $count } already at the door
ahead-urgent = { $count } urgent

# The rule of a queue.
rule-first_come = First come, first served; urgent patients go first.
rule-graded = Emergencies go first; all others by condition and waiting time: who waited the largest share of the target is next.
rule-woven = Urgent patients go first; then by booked slot and check-in; after every { $ordinary } in order, { $others } returning, with priority or passed.
rule-woven_adaptive = Urgent patients go first; then by booked slot and check-in; after every { $ordinary } in order, { $others } returning, with priority or passed; after every one while more returns than others wait.

# To who is not in line.
state-checked_in = A nurse will see you first; then you are in line.
state-called = You have been called. Please go in now.
state-serving = You are being seen.
state-held = Your place is kept. Please check in when you are back.
state-passed = You were called and did not come. Please check in again at a kiosk or the desk.
state-done = Your consultation is finished.
state-cancelled = This ticket was cancelled.
state-no_show = This ticket has expired.
held_elsewhere = You are called or seen elsewhere; your place is kept and comes back by itself.
held_by_staff = Your place is kept. Please tell the nurse when you are back.
transferred = You were transferred to another area; please use your new number there.

# Why a wait ends later than the slip said.
later = Later than we told you: { $why }.
delay-urgent = { $count } in a more urgent condition
delay-earlier_slot = { $count } with an earlier appointment
delay-woven = { $count } returning or with priority
delay-rooms = rooms paused or stopped: { $count }
delay-slower = the line moves more slowly than expected

# On the slip.
slip_hint = If you miss your call, check in again at a kiosk or the desk
other_doctor = Your booked doctor is not here now. Another doctor will see you. To wait for your own, ask at the desk.

# Who comes after an alert.
coming-nurse = A nurse is coming
coming-doctor = A doctor is coming
coming-somebody = A member of staff is coming
coming-named = { $who } is coming
