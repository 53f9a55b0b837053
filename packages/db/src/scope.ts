/**
 * Whose rows a database handle sees: one workspace (row-level security decides, role granary_app),
 * or all of them (role granary_system). The second is for sign-in, the job dispatcher, the event relay and
 * instance administration; an architecture test lists the files that may name it.
 */
export type Scope = { readonly workspaceId: string } | "system";
