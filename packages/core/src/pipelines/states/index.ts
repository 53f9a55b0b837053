export { listStates, resetState, resetStates, undoState } from "./stream-states.ts";
