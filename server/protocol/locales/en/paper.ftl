# Slips, reports and the waiting list on paper.
wait_at = Please wait in { $hall } for your call
wait_at-laboratory = Please wait in { $hall } for your test
wait_at-imaging = Please wait in { $hall } for your examination
wait_at-pharmacy = Please wait in { $hall } for your medicine
wait_at-cashier = Please wait in { $hall } to pay
wait_at-registration = Please wait in { $hall } to register
ahead = { $n } ahead of you
next = You are next
wait = About { $low }–{ $high } minutes
wait_about = About { $low } minutes
name = Name
queue = Clinic
hall = Area
doctor = Doctor
slot = Booked for
checked_in = Checked in
missed = Missed your number? Check in again at a kiosk or the desk
scan = Scan for your place
copy = COPY { $n }
copy_line = COPY { $n }, { $time }, terminal { $terminal }
page = Page { $n } of { $of }
report = Laboratory report
patient = Patient
sex = Sex
male = male
female = female
age = Age
id_tail = ID ends in
item = Item
result = Result
unit = Unit
range = Range
range_short = Range
no_value = (no value)
conclusion = Conclusion
notes = Notes
examined = Examined
reporter = Reported by
opinion = For your doctor, who will explain it to you
collected = Collected
issued = Issued
operator = Operator
verifier = Verified by
code = Report code
corrected = Corrected report v{ $n }; earlier versions are void
summary = Summary, not the formal report
specimen = For the submitted specimen only; results are for your doctor
number = Number
state = State
since = Since
printed = Printed
waiting = Waiting list
nobody = Nobody waits
people = { $n } people
state-checked_in = to triage
state-waiting = waiting
state-staged = staged
state-called = called
state-serving = in room
state-held = held
state-passed = missed

# Flags of results; a line break parts arrow and word in a column.
flag-H = ↑High
flag-L = ↓Low
flag-HH =
    ↑↑
    Critical
flag-LL =
    ↓↓
    Critical
flag-AA = Critical
flag-A = Abnormal
flag-POS = Positive
flag-DET = Detected
flag-IND = Unclear
flag-E = Equivocal
flag-RR = Reactive
flag-WR = Weak
flag-R = Resistant
flag-I = Intermed.
flag-SDD =
    Dose-
    dep.
flag-NS = Not susc.
flag-S = Susceptible

# The title of the waiting list, behind the name of the hall.
waiting_list = Who waits
