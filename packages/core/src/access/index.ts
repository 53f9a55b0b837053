export { authorize, mayDo } from "./authorize.ts";
export { permissionsOf } from "./permissions-of.ts";
