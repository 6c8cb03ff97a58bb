"""Who somebody is: what a reading proves, numbers of documents, whether two descriptions are one person."""
