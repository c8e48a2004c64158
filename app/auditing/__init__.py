"""The audit trail beside the API: the writer of reads, and export (P21, R97)."""
