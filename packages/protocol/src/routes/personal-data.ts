import { z } from "zod";
import { ENTITY_NAMES } from "../access/personal-data.ts";
import { route } from "../route.ts";
import { can, id, instant, page, pageQuery } from "../schemas.ts";
import { datasetParams } from "./datasets.ts";

const TAG = "Personal data";

const entity = z.enum(ENTITY_NAMES).describe("A kind of personal data");

/** Why a column is held for personal data. Tells how values are written and never what they say. */
const evidence = z
  .object({
    looked: z.number().int().describe("Different values, or texts, that were looked at"),
    matched: z.number().int().describe("Those of them that were of the kind"),
    recogniser: z
      .enum(["evident", "checksum", "shape", "loose", "name"])
      .describe(
        "`evident`: nothing else looks like it. `checksum`: it passes a check that few other values pass. `shape`, `loose`: it may be one. `name`: there were no values",
      ),
    nameWords: z.string().nullable().describe("Words of the column's name that speak for it"),
    inText: z.boolean().describe("Whether it stands inside of longer texts"),
    shapes: z.array(z.string()).describe("How some of the values are written: `x` for letters, `9` for digits"),
  })
  .meta({ id: "PersonalDataEvidence" });

const FINDING_STATES = ["suggested", "accepted", "refused"] as const;

const finding = z
  .object({
    id: id("finding"),
    dataset: z.object({ id: id("dataset"), name: z.string() }),
    column: z.object({ fieldId: z.number().int(), name: z.string() }),
    entity,
    title: z.string().describe("What one such value is called"),
    titles: z.string().describe("What several are called"),
    confidence: z.number().min(0).max(1).describe("From 0.5; 0.85 and more is as good as sure"),
    evidence,
    state: z.enum(FINDING_STATES),
    tag: z.string().describe("What an accepted column is tagged with"),
    mask: z.string().describe("The mask that is proposed, in its short form"),
    isMasked: z.boolean().describe("Whether a policy masks columns with this tag"),
    isAskedAgain: z.boolean().describe("Whether it was refused before and the data has changed a lot since"),
    decidedBy: z.string().nullable(),
    decidedAt: instant.nullable(),
    dataVersion: z.number().int(),
    createdAt: instant,
    can: can("decide", "mask"),
  })
  .meta({ id: "PersonalDataFinding" });

export type PersonalDataFinding = z.infer<typeof finding>;

const scan = z.object({ dataVersion: z.number().int(), columns: z.number().int(), looked: z.number().int(), at: instant });

const ofDataset = z
  .object({
    items: z.array(finding),
    lastScan: scan.nullable(),
    runningJob: id("job").nullable().describe("The look that waits or runs"),
    isQuarantined: z.boolean().describe("Whether only the owner and stewards may read the dataset until it is released"),
    can: can("scan", "release"),
  })
  .meta({ id: "DatasetPersonalData" });

export type DatasetPersonalData = z.infer<typeof ofDataset>;

const settings = z
  .object({
    quarantine: z.boolean().describe("New datasets are for their owner and stewards until one of those releases them"),
    drivingLicences: z.boolean().describe("Look for driving licence numbers, which many other codes look like"),
    phoneRegion: z.string().nullable().describe("Two letters: numbers of phones without a country are tried as numbers of this one first"),
    version: z.number().int(),
  })
  .meta({ id: "PersonalDataSettings" });

export type PersonalDataSettings = z.infer<typeof settings>;

const findingParams = datasetParams.extend({ finding: id("finding") });
const errors = ["dataset.not_found", "finding.not_found"] as const;

/** Personal data in columns: what was found, and what stewards decide about it. */
export const personalDataRoutes = {
  "personalData.list": route({
    method: "GET",
    path: "/personal-data",
    tag: TAG,
    summary: "List what looks like personal data in the datasets you can see, newest first",
    access: "privacy:read",
    query: pageQuery.extend({ state: z.enum(FINDING_STATES).default("suggested"), entity: entity.optional() }),
    responses: { 200: page(finding) },
  }),
  "personalData.settings": route({
    method: "GET",
    path: "/personal-data/settings",
    tag: TAG,
    summary: "Show what is looked for and whether new datasets are quarantined",
    access: "privacy:read",
    responses: { 200: settings },
    versioned: true,
  }),
  "personalData.updateSettings": route({
    method: "PATCH",
    path: "/personal-data/settings",
    tag: TAG,
    summary: "Change what is looked for and whether new datasets are quarantined",
    access: "privacy:manage",
    body: z
      .strictObject({
        quarantine: z.boolean().optional(),
        drivingLicences: z.boolean().optional(),
        phoneRegion: z
          .string()
          .regex(/^[A-Z]{2}$/, "must be two capital letters, such as DE")
          .nullable()
          .optional(),
      })
      .refine((body) => Object.keys(body).length > 0, "must change something"),
    responses: { 200: settings },
    errors: ["edit.conflict"],
    versioned: true,
  }),
  "personalData.ofDataset": route({
    method: "GET",
    path: "/datasets/{dataset}/personal-data",
    tag: TAG,
    summary: "Show what looks like personal data in a dataset, and what was decided",
    description: "For its owners and for holders of `privacy:read` who can see the dataset.",
    access: "dataset:read",
    params: datasetParams,
    responses: { 200: ofDataset },
    errors: ["dataset.not_found"],
  }),
  "personalData.scan": route({
    method: "POST",
    path: "/datasets/{dataset}/personal-data/scan",
    tag: TAG,
    summary: "Look for personal data in a dataset again",
    description: "Every import is looked at by itself. For owners and for holders of `privacy:manage`. Asked twice for one version, one job looks.",
    access: "dataset:read",
    params: datasetParams,
    responses: { 202: z.object({ jobId: id("job") }) },
    errors: ["dataset.not_found", "dataset.not_ready"],
  }),
  "personalData.cancelScan": route({
    method: "DELETE",
    path: "/datasets/{dataset}/personal-data/scan",
    tag: TAG,
    summary: "Stop looking for personal data in a dataset",
    access: "dataset:read",
    params: datasetParams,
    responses: { 204: null },
    errors: ["dataset.not_found"],
  }),
  "personalData.accept": route({
    method: "POST",
    path: "/datasets/{dataset}/personal-data/findings/{finding}/accept",
    tag: TAG,
    summary: "Accept that a column holds personal data, and mask it if you like",
    description:
      "The column gets the tag of its kind. With `mask`, columns of that tag are masked for everybody without `pii:view`, in every dataset; that needs `policy:manage`.",
    access: "privacy:manage",
    params: findingParams,
    body: z.strictObject({ mask: z.boolean().default(false) }).default({ mask: false }),
    responses: { 200: finding },
    errors,
  }),
  "personalData.refuse": route({
    method: "POST",
    path: "/datasets/{dataset}/personal-data/findings/{finding}/refuse",
    tag: TAG,
    summary: "Say that a column does not hold this kind of personal data",
    description: "It is remembered for the column and the kind, and not suggested again unless the data changes a lot. Takes an accepted one back.",
    access: "privacy:manage",
    params: findingParams,
    responses: { 200: finding },
    errors,
  }),
  "personalData.release": route({
    method: "POST",
    path: "/datasets/{dataset}/personal-data/release",
    tag: TAG,
    summary: "Release a dataset from quarantine",
    description: "From then on everybody reads it to whom it is shared. Releasing it again changes nothing.",
    access: "privacy:manage",
    params: datasetParams,
    responses: { 204: null },
    errors: ["dataset.not_found"],
  }),
} as const;
