/** The column that says which batch brought a row: a text, in tables whose rows come in batches. */
export const BATCH_COLUMN = "_granary_batch";
