# Reports: what a kiosk says of one, and what stands on paper in the place of coded values and of what is not there.

# The sentence of the desk is the same for every cause, so that it marks nobody.
printable-yes = Ready to print
printable-not_ready = In progress; the report is not ready yet
printable-partial = Some results are there; the full report is not finished
printable-withdrawn = This report was withdrawn. Please ask the laboratory
printable-desk = One report waits for you at the service desk. Please bring your identity document.

# The absent ones are the codes of FHIR R4 data-absent-reason.
phrase-yes = Yes
phrase-no = No
phrase-positive = Positive
phrase-negative = Negative
phrase-detected = Detected
phrase-not_detected = Not detected
phrase-present = Present
phrase-absent = Absent
phrase-normal = Normal
phrase-abnormal = Abnormal
phrase-indeterminate = Indeterminate
phrase-absent-unknown = No result: reason unknown
phrase-absent-asked_unknown = No result: asked, not known
phrase-absent-temp_unknown = No result yet
phrase-absent-not_asked = No result: not asked
phrase-absent-asked_declined = No result: declined
phrase-absent-masked = No result: withheld
phrase-absent-not_applicable = Not applicable
phrase-absent-unsupported = No result: not supported
phrase-absent-as_text = Result is in the text
phrase-absent-error = No result: error
phrase-absent-not_a_number = No result: not a number
phrase-absent-negative_infinity = Below the measurable range
phrase-absent-positive_infinity = Above the measurable range
phrase-absent-not_performed = Not performed
phrase-absent-not_permitted = No result: not permitted
phrase-not_on_this_paper = Not on this paper; ask the laboratory
phrase-attached = There is an attachment (such as a PDF) that is not on this paper; ask the department
phrase-not_final = This result is not final
phrase-incomplete = This paper is incomplete; the laboratory's own report counts
