-- Datasets made of the rows of SQL queries.

alter table batches
  -- Of a load whose rows a query brings: {sql, at} as it was asked. Its file is the text of the query.
  add column query jsonb,
  -- {id, name, version} of each dataset it read; null until it ran.
  add column query_datasets jsonb,
  -- {permissions, apiKeyId, purpose} of whoever asked for it: a load asked for by an API key reads no more than the key might.
  add column query_asker jsonb;
