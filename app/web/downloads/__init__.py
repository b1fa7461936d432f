"""The report, the forecast table and the summary as files."""
