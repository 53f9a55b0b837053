/** The table property that says when rows were last erased from the whole history. */
export const ERASED_TABLE = "granary.erased-at";
