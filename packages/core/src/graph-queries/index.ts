export { type CompiledGraph, compileGraph, type CompileInput } from "./compile-graph.ts";
export { REJECTED_PORT } from "./context.ts";
export { compileCondition } from "./expressions.ts";
export { fuse, type FusedOutput } from "./fuse.ts";
export { nodeSql } from "./node-sql.ts";
export { relationName } from "./relation-name.ts";
export { sqlTypeOf } from "./types.ts";
export { listOwnFunctions } from "./own-functions.ts";
