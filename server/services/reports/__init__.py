"""Reports: received from hospital systems, judged, listed for their patient, printed, handed over at the desk."""
