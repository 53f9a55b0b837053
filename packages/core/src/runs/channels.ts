/** Carries ids of runs of which something else is wanted than to go on. */
export const WANTED_CHANNEL = "granary_run_wanted";
/** Carries how far runs are, as `RunNotice` with the workspace. */
export const RUN_NOTICES = "granary_run_notices";
