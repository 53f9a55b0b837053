import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import type { CheckStep } from "@granary/protocol";
import { runCheck } from "../checks/index.ts";
import type { Connector, ConnectorContext } from "../connector.ts";
import { fileConnector, fileTarget } from "../files/index.ts";
import { configOf, endpointOf, openClient, type S3Config } from "./client.ts";
import { s3Fault } from "./faults.ts";
import { openBucket } from "./store.ts";

async function check(context: ConnectorContext): Promise<readonly CheckStep[]> {
  const { network, signal } = context;
  const config = configOf(context);
  const { host, port } = endpointOf(config);
  const isEncrypted = config.endpoint === undefined || config.endpoint.startsWith("https:");
  return await runCheck(
    [
      { name: "name", run: async () => `${host} is ${(await network.resolve(host, port)).join(", ")}.` },
      {
        name: "network",
        run: async () => {
          (await network.connect(host, port, signal)).destroy();
          return `It answers on port ${port}.`;
        },
      },
      { name: "encryption", run: async () => (isEncrypted ? "Encrypted." : { warned: "Not encrypted: whoever listens on the way reads along." }) },
      {
        name: "credentials",
        run: async () => {
          const client = await openClient(context);
          try {
            await client.send(new ListObjectsV2Command({ Bucket: config.bucket, Prefix: config.prefix ?? "", MaxKeys: 1 }), { abortSignal: signal });
          } catch (error) {
            throw s3Fault(error, host, config.bucket);
          } finally {
            client.destroy();
          }
          return "The access key is accepted.";
        },
      },
      { name: "database", run: async () => `The bucket ${config.bucket} is there.` },
      { name: "permission", run: async () => "Its objects can be listed." },
    ],
    signal,
  );
}

/** Objects in an S3-compatible storage. */
export const s3: Connector = {
  kind: "s3",
  spec: {
    kind: "s3",
    title: "S3",
    text: "Files of any kind in Amazon S3 or a storage that speaks like it; files can be written.",
    icon: "cloud",
    roles: ["source", "destination"],
    config: {
      type: "object",
      groups: [
        { id: "bucket", title: "Bucket" },
        { id: "account", title: "Account" },
        { id: "server", title: "Server" },
      ],
      required: ["bucket", "accessKeyId", "secretAccessKey"],
      properties: {
        bucket: {
          type: "string",
          title: "Bucket",
          pattern: "^[a-zA-Z0-9][a-zA-Z0-9._-]{1,62}$",
          patternText: "must be the name of a bucket",
          order: 1,
          group: "bucket",
        },
        prefix: {
          type: "string",
          title: "Prefix",
          description: "Only objects below it are seen.",
          examples: ["exports/"],
          maxLength: 900,
          order: 2,
          group: "bucket",
        },
        accessKeyId: { type: "string", title: "Access key", maxLength: 200, order: 3, group: "account" },
        secretAccessKey: { type: "string", title: "Secret of the access key", secret: true, maxLength: 1_000, order: 4, group: "account" },
        region: {
          type: "string",
          title: "Region",
          default: "us-east-1",
          pattern: "^[a-z0-9-]{1,50}$",
          patternText: "must be a region such as eu-central-1",
          order: 5,
          group: "server",
        },
        endpoint: {
          type: "string",
          title: "Address",
          description: "Left out: Amazon's own for the region.",
          format: "uri",
          pattern: "^https?://[^@/]+/?$",
          patternText: "must be an address such as https://s3.example.com",
          maxLength: 500,
          order: 6,
          group: "server",
        },
        pathStyle: {
          type: "string",
          title: "Form of addresses",
          enum: ["auto", "path", "host"],
          enumTitles: ["As usual there", "address/bucket", "bucket.address"],
          default: "auto",
          order: 7,
          group: "server",
        },
      },
    },
    streamConfig: null,
    targetConfig: fileTarget,
    syncModes: ["full", "incremental"],
  },
  hosts: (config) => {
    const { host, port } = endpointOf({ ...(config as unknown as S3Config), region: String(config.region ?? "us-east-1") });
    return [{ host, port }];
  },
  check,
  ...fileConnector(openBucket),
};
