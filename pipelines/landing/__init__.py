"""Landing: from a reader's strings to raw and quarantine, with the ledger in the same transaction.

`ingest` leads through the steps: `privacy` (persons leave), `batches` (the immutable copy), `canonical` (cells become fields),
`contract` (rows are judged), `load` (one transaction). `store` opens the warehouse, `reference` brings the city's tables.
"""
