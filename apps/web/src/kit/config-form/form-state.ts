import type { ConfigSchema, JsonValue } from "@granary/protocol";
import { createContext, use } from "react";
import type { Path } from "./config-values.ts";

/** What every field of a form knows, however deep it stands. */
export interface FormState {
  /** The message at a path, once it may be shown. */
  readonly messageAt: (path: string) => string | undefined;
  /** Whether something below or at a path has a message, so that it is not hidden. */
  readonly hasMessageBelow: (path: string) => boolean;
  readonly onTouch: (path: string) => void;
  readonly disabled: boolean;
}

const NOTHING: FormState = { messageAt: () => undefined, hasMessageBelow: () => false, onTouch: () => undefined, disabled: false };
const FormStateContext = createContext<FormState>(NOTHING);
export const FormStateProvider = FormStateContext.Provider;
export const useFormState = (): FormState => use(FormStateContext);

/** One field as its component is given it. */
export interface FieldProps {
  readonly title: string;
  readonly schema: ConfigSchema;
  readonly value: JsonValue | undefined;
  readonly path: Path;
  readonly isRequired: boolean;
  readonly onChange: (value: JsonValue | undefined) => void;
}
