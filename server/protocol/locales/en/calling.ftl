# Why a station calls whom, as staff reads it.
reason-urgent = Urgent: next after the current consultation
reason-graded_first_band = Emergency level: next free doctor
reason-arrived = Was passed but stands at the door
reason-staged = Was sent ahead to this room
reason-in_order = In order
reason-weave_return = A return, woven in
reason-weave_policy = A priority by policy, woven in
reason-weave_passed = Was passed and came back, woven in
reason-only_one_lane = Nobody else waits in order
reason-graded_score = Waited the largest share of the target
reason-graded_overdue = Waited the largest share of the target (somebody is far overdue, so policy credits rest)
reason-alternate_queue = The queues of this room take turns
reason-first_come = First come, first served
reason-manual = Chosen by the staff

waited_of_target = waited { $waited } of { $target } minutes ({ $share } %)
waited = waited { $waited } minutes
credit = credit +{ $credit } minutes
chosen = Chosen by hand
empty = Nobody is waiting
line = { $parts }
