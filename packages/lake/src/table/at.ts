/**
 * Which snapshot of a table: by id; by number (the sequence number, what people see as "version N"); a tag's; a branch's
 * newest; or the one `main` had at a time. Ids and numbers are texts or numbers: they may have 63 bits.
 */
export type At =
  | { readonly snapshotId: string }
  | { readonly number: string | number }
  | { readonly tag: string }
  | { readonly branch: string }
  | { readonly asOf: Date };
