"""FHIR R4 and HL7 v2 in and out: hospital systems speak here, services answer."""
