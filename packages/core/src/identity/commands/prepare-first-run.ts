import type { Services } from "../../context/index.ts";

/** Makes sure there is a way in: creates the first administrator from the configuration, or a one-time link to do it. */
export async function prepareFirstRun(_services: Services, _administrator: { readonly email: string; readonly password: string } | undefined): Promise<{ readonly setupLink: string | undefined }> {
  return { setupLink: undefined };
}
