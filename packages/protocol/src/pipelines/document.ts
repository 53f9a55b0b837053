import { z } from "zod";
import { jsonValue } from "../connectors/spec.ts";
import { graphType } from "./columns.ts";
import { NODE_SETTINGS, type NodeKind, type NodeSettings } from "./nodes.ts";
import { pipelineTrigger } from "./triggers.ts";

/** Names of nodes, triggers and parameters inside a document; SQL and logs call them so. */
export const slug = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, "must be lower-case letters, digits and _, beginning with a letter");

const place = z.strictObject({ x: z.number(), y: z.number() });

const nodeOf = <K extends NodeKind>(kind: K) =>
  z.strictObject({
    id: slug,
    kind: z.literal(kind),
    title: z.string().trim().max(100).default(""),
    settings: NODE_SETTINGS[kind],
    /** Left out where nobody placed it; the canvas lays it out. */
    position: place.optional(),
    note: z.string().max(2_000).default(""),
    /** Keeps its output of every run for looking at and for resuming, whatever the pipeline's setting. */
    keepOutput: z.boolean().default(false),
  });

const nodeSchemas = (Object.keys(NODE_SETTINGS) as NodeKind[]).map(nodeOf) as unknown as [z.ZodObject, z.ZodObject];

export type PipelineNode = {
  [K in NodeKind]: {
    readonly id: string;
    readonly kind: K;
    readonly title: string;
    readonly settings: NodeSettings<K>;
    readonly position?: { readonly x: number; readonly y: number };
    readonly note: string;
    readonly keepOutput: boolean;
  };
}[NodeKind];
export type NodeOf<K extends NodeKind> = Extract<PipelineNode, { readonly kind: K }>;

const pipelineNode = z.discriminatedUnion("kind", nodeSchemas) as unknown as z.ZodType<PipelineNode>;

const edge = z.strictObject({
  from: slug,
  fromPort: z.string().max(40).default("out"),
  to: slug,
  toPort: z.string().max(40).default("in"),
});
export type PipelineEdge = z.infer<typeof edge>;

const retryPolicy = z.strictObject({
  maxAttempts: z.int().min(1).max(20).default(5),
  baseS: z.number().min(0.1).max(3_600).default(10),
  factor: z.number().min(1).max(10).default(2),
  maxS: z.number().min(1).max(86_400).default(900),
});

const parameter = z.strictObject({ name: slug, type: graphType, default: z.string().nullable().default(null), description: z.string().max(500).default("") });

const testCase = z.strictObject({
  name: z.string().trim().min(1).max(100),
  /** Rows by source node, as `source_rows` has them; columns by name. */
  inputs: z.record(slug, z.array(z.record(z.string(), z.string().nullable())).max(1_000)),
  /** Rows that must come out, by node; their order counts only where `ordered`. */
  expected: z.record(slug, z.array(z.record(z.string(), z.string().nullable())).max(1_000)),
  ordered: z.boolean().default(false),
  parameters: z.record(slug, z.string().nullable()).default({}),
});
export type PipelineTest = z.infer<typeof testCase>;

const settings = z.strictObject({
  /** Runs of this pipeline at the same time. */
  maxConcurrent: z.int().min(1).max(20).default(1),
  timeoutS: z
    .int()
    .min(1)
    .max(7 * 86_400)
    .default(21_600),
  retry: retryPolicy.prefault({}),
  /** `all`: every node's output is kept for looking at and resuming; `needed`: only what several nodes or resuming need, which is faster. */
  keepOutputs: z.enum(["all", "needed"]).default("needed"),
  /** When one destination fails: publish none (the default), or those that succeeded. */
  partial: z.enum(["none", "publish"]).default("none"),
  priority: z.int().min(-10).max(10).default(0),
  /** Who is told of failures, besides the owner: ids of people. */
  notify: z.array(z.string().max(64)).max(50).default([]),
  notifySuccess: z.boolean().default(false),
});

export const PIPELINE_FORMAT = "granary/pipeline@1";

/** A pipeline whole: what the canvas shows, the API keeps and a folder in git holds, as JSON or YAML. */
export const pipelineDocument = z
  .strictObject({
    format: z.literal(PIPELINE_FORMAT).default(PIPELINE_FORMAT),
    name: z.string().trim().min(1).max(200),
    description: z.string().trim().max(5_000).default(""),
    tags: z.array(z.string().trim().min(1).max(50)).max(20).default([]),
    parameters: z.array(parameter).max(50).default([]),
    nodes: z.array(pipelineNode).max(500).default([]),
    edges: z.array(edge).max(2_000).default([]),
    comments: z
      .array(z.strictObject({ id: slug, text: z.string().max(2_000), position: place, width: z.number().min(80).max(2_000).optional() }))
      .max(100)
      .default([]),
    triggers: z.array(pipelineTrigger).max(20).default([]),
    tests: z.array(testCase).max(50).default([]),
    settings: settings.prefault({}),
  })
  .meta({ id: "PipelineDocument" });
export type PipelineDocument = z.output<typeof pipelineDocument>;
export type PipelineDocumentInput = z.input<typeof pipelineDocument>;

/** One thing wrong, or worth knowing, in a graph; the list the canvas jumps from. */
export const graphFault = z.object({
  severity: z.enum(["error", "warning"]),
  code: z.string(),
  message: z.string(),
  node: z.string().nullable(),
  /** Path in the node's settings, such as `columns.0.expression`. */
  path: z.string().nullable(),
  /** In the text at `path`, counted from 0, in characters. */
  start: z.number().int().optional(),
  end: z.number().int().optional(),
});
export type GraphFault = z.infer<typeof graphFault>;

export const parameterValues = z.record(slug, jsonValue).default({});
