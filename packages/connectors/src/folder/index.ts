import { constants } from "node:fs";
import { access } from "node:fs/promises";
import type { CheckStep } from "@granary/protocol";
import { runCheck } from "../checks/index.ts";
import type { Connector, ConnectorContext } from "../connector.ts";
import { fileConnector, fileTarget } from "../files/index.ts";
import { requireAllowedFolder } from "./allowed.ts";
import { openFolder } from "./store.ts";

function check(context: ConnectorContext): Promise<readonly CheckStep[]> {
  return runCheck(
    [
      { name: "name", run: () => requireAllowedFolder(context).then((folder) => `${folder} is there.`) },
      {
        name: "permission",
        run: async () => {
          const folder = await requireAllowedFolder(context);
          await access(folder, constants.R_OK | constants.X_OK);
          const mayWrite = await access(folder, constants.W_OK).then(
            () => true,
            () => false,
          );
          return mayWrite ? "It can be read and written." : "It can be read.";
        },
      },
    ],
    context.signal,
  );
}

/** Files in a folder of this machine that an administrator allowed. */
export const folder: Connector = {
  kind: "folder",
  spec: {
    kind: "folder",
    title: "Folder",
    text: "Files in a folder of the server that an administrator shares.",
    icon: "folder",
    roles: ["source", "destination"],
    config: {
      type: "object",
      required: ["folder"],
      properties: {
        folder: {
          type: "string",
          title: "Folder",
          description: "Inside of one that GRANARY_FOLDERS allows.",
          examples: ["/srv/incoming"],
          pattern: "^(/|[A-Za-z]:)",
          patternText: "must be an absolute path",
          maxLength: 1_000,
          order: 1,
        },
      },
    },
    streamConfig: null,
    targetConfig: fileTarget,
    syncModes: ["full", "incremental"],
  },
  hosts: () => [],
  check,
  ...fileConnector(openFolder),
};
