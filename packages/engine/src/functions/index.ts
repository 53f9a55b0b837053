export { FunctionRooms } from "./function-rooms.ts";
export type { FunctionDefinition, FunctionIsolation, FunctionReject, FunctionResult, FunctionRun, FunctionTrial, TriedRow } from "./types.ts";
