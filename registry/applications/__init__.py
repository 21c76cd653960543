"""The ask and its story: status, workflow, filings, remarks, attachments."""
