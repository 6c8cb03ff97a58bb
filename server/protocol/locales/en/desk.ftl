# What the desk is told of numbers, names and reports that do not fit.

old_number = Old identity numbers of 15 digits are no longer in use; give the 18-digit number.
kind_needed = Not a valid identity number. For a passport or permit, give its document_type too.
number_contradicts = The identity number contradicts { $fields }; please look at the card again.
held-birth_date = the birth date
held-sex = the sex

report_of_another = This report is another patient's.
report_differs = Not as on the report: { $fields }.
field-identity_number = identity number
field-name = name
field-sex = sex
field-birth_date = birth date
