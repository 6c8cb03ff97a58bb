# Triage, as the nurse reads it: what was measured, why a grade is suggested, what to know beside it.

# Vital signs, and one with its value ("152 /min") and the limits it reached.
measure-respiration = Respiration
measure-spo2 = Oxygen saturation
measure-systolic = Systolic pressure
measure-diastolic = Diastolic pressure
measure-pulse = Pulse
measure-temperature = Temperature
measure-gcs = Glasgow coma scale
measure-pain = Pain (0–10)
measure-glucose = Glucose
measure-potassium = Potassium
measure-oxygen = Extra oxygen or not
measure-consciousness = Consciousness
measured = { $measure } { $value } ({ $limits })
limits-zone = { $limits }, danger zone at this age
limits-pregnant = pregnant: ≥ { $systolic }
limits-pregnant_pain = pregnant: any pain
question = { $measure } { $value }: is that right?
consciousness-C = newly confused
consciousness-V = responds to voice only
consciousness-P = responds to pain only
consciousness-U = unresponsive

# Criteria.
news2_high = NEWS2 is { $total } (≥ 7)
news2_medium = NEWS2 is { $total } (5–6)
news2_single = NEWS2 has 3 points for { LOWER($measures) }
sepsis = Infection with { $count } SIRS criteria: suspected sepsis
finding = { $finding }
pregnant_finding = Pregnant: { LOWER($finding) }
local = { $criterion }: { $value }

# Notes beside the criteria.
note-age = Age unknown: adult limits were used
note-news2_child = NEWS2 is not used under { $years } years
note-news2_pregnant = NEWS2 is not used in pregnancy
note-danger_zone_child = Child in the danger zone: consider level Ⅱ
note-danger_zone_adult = ESI danger-zone vitals: consider level 2
note-missing = Not measured: { LOWER($measures) }
note-stale = The vitals are too old: measure again
note-mews = MEWS is { $total }: { $action }
note-hypercapnic = Oxygen target is 88–92 %
note-pain = Severe pain: a nurse looks and decides within 10 minutes
action-resuscitate = resuscitate
action-doctor_now = doctor now
action-watch = watch closely
action-routine = routine

# Why a value is refused; $value is what was sent, $unit may be empty.
refused-unknown = there is no vital sign '{ $vital }'
refused-yes_or_no = must be true or false, not { $value }
refused-consciousness = must be one of { $known }, not { $value }
refused-diastolic = diastolic { $diastolic } is above systolic { $systolic }
refused-time = must be a time with its zone, not { $value }
refused-comma = write decimals with a point, such as 36.5, not { $value }
refused-number = must be a number, not { $value }
refused-impossible = cannot be { $value }; possible is { $low } to { $high } { $unit }
refused-whole = must be a whole number, not { $value }

# What a patient may answer at the door, as staff reads it.
flag-chest_pain = Chest pain or pressure
flag-breathing = Trouble breathing
flag-stroke = Sudden weakness, drooping face or slurred speech
flag-fainted_confused = Fainted or confused
flag-bleeding = Heavy bleeding
flag-allergy = Severe allergic reaction
flag-convulsion = Convulsion
flag-pregnancy = Pregnant with bleeding or pain
flag-self_harm = Feeling so low that you might hurt yourself
flag-severe_pain = Severe pain
flag-red_flag = One of these
flag-fever = Fever ({ $celsius } °C or more)
flag-respiratory = Cough, sore throat or other signs of a cold
flag-diarrhoea = Diarrhoea
flag-contact = Recent contact with an infectious disease
