import { z } from "zod";
import { nodeSample, run, RUN_STATES, runEvent, runLogLine, runReject, runSummary } from "../pipelines/runs.ts";
import { route } from "../route.ts";
import { can, id, instant, line, page, pageQuery } from "../schemas.ts";
import { several } from "./activity.ts";

const TAG = "Runs";
const params = z.strictObject({ run: id("run") });
const WRONG = ["run.not_found", "run.state_wrong"] as const;

/** Runs of pipelines. */
export const runRoutes = {
  "runs.list": route({
    method: "GET",
    path: "/runs",
    tag: TAG,
    summary: "List the runs of all pipelines, newest first",
    access: "pipeline:read",
    query: pageQuery.extend({
      state: several(z.enum(RUN_STATES)).optional(),
      pipeline: z.string().max(200).optional(),
      cause: several(z.string().max(20)).optional(),
      from: z.iso.datetime().optional(),
      until: z.iso.datetime().optional(),
      q: z.string().trim().min(1).max(200).optional().describe("A part of the pipeline's name or of the error"),
    }),
    responses: { 200: page(runSummary) },
  }),
  "runs.get": route({
    method: "GET",
    path: "/runs/{run}",
    tag: TAG,
    summary: "Show a run with its steps",
    access: "pipeline:read",
    params,
    responses: { 200: run },
    errors: ["run.not_found"],
  }),
  "runs.cancel": route({
    method: "POST",
    path: "/runs/{run}/cancel",
    tag: TAG,
    summary: "Cancel a run; nothing it has not published comes to be",
    access: "pipeline:run",
    params,
    responses: { 202: runSummary },
    errors: [...WRONG],
  }),
  "runs.pause": route({
    method: "POST",
    path: "/runs/{run}/pause",
    tag: TAG,
    summary: "Pause a run: what is finished is kept",
    access: "pipeline:run",
    params,
    responses: { 202: runSummary },
    errors: [...WRONG],
  }),
  "runs.resume": route({
    method: "POST",
    path: "/runs/{run}/resume",
    tag: TAG,
    summary: "Let a paused run go on",
    access: "pipeline:run",
    params,
    responses: { 202: runSummary },
    errors: [...WRONG],
  }),
  "runs.retry": route({
    method: "POST",
    path: "/runs/{run}/retry",
    tag: TAG,
    summary: "Run again what failed: a new run that takes the outputs of finished steps over",
    access: "pipeline:run",
    params,
    body: z
      .strictObject({
        fromStart: z.boolean().default(false),
        latest: z.boolean().default(false).describe("The newest version of the pipeline instead of the run's"),
      })
      .prefault({}),
    responses: { 202: runSummary },
    errors: [...WRONG, "pipeline.invalid"],
  }),
  "runs.rollBack": route({
    method: "POST",
    path: "/runs/{run}/roll-back",
    tag: TAG,
    summary: "Put the datasets a run wrote back to their versions before it, and its streams to where they were",
    access: "pipeline:run",
    params,
    responses: { 200: run },
    errors: [...WRONG, "run.overtaken", "dataset.not_found"],
  }),
  "runs.replay": route({
    method: "POST",
    path: "/runs/{run}/replay",
    tag: TAG,
    summary: "Run the rows that a run kept apart through the newest version again",
    access: "pipeline:run",
    params,
    body: z.strictObject({ nodes: z.array(z.string().max(40)).max(100).default([]) }).prefault({}),
    responses: { 202: runSummary },
    errors: [...WRONG, "run.nothing_to_replay"],
  }),
  "runs.logs": route({
    method: "GET",
    path: "/runs/{run}/logs",
    tag: TAG,
    summary: "Read a run's log in order; `after` goes on behind a line",
    access: "pipeline:read",
    params,
    query: z.strictObject({
      after: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(1_000).default(200),
      level: z.enum(["debug", "info", "warn", "error"]).default("debug"),
      node: z.string().max(40).optional(),
      q: z.string().trim().min(1).max(200).optional(),
    }),
    responses: { 200: z.object({ items: z.array(runLogLine), next: z.number().int().nullable() }) },
    errors: ["run.not_found"],
  }),
  "runs.events": route({
    method: "GET",
    path: "/runs/{run}/events",
    tag: TAG,
    summary: "List every change of state of a run and its steps",
    access: "pipeline:read",
    params,
    query: z.strictObject({ after: z.coerce.number().int().min(0).default(0) }),
    responses: { 200: z.object({ items: z.array(runEvent) }) },
    errors: ["run.not_found"],
  }),
  "runs.rejects": route({
    method: "GET",
    path: "/runs/{run}/rejects",
    tag: TAG,
    summary: "List rows that did not fit and were kept apart",
    access: "pipeline:update",
    params,
    query: pageQuery.extend({ node: z.string().max(40).optional() }),
    responses: { 200: page(runReject) },
    errors: ["run.not_found"],
  }),
  "runs.output": route({
    method: "GET",
    path: "/runs/{run}/steps/{node}/output",
    tag: TAG,
    summary: "Show rows of a step's kept output, as the caller may see its sources",
    access: "pipeline:read",
    params: params.extend({ node: z.string().max(40) }),
    query: z.strictObject({ port: z.string().max(40).default("out"), limit: z.coerce.number().int().min(1).max(500).default(100) }),
    responses: { 200: nodeSample },
    errors: ["run.not_found", "run.no_output"],
  }),
  "runs.file": route({
    method: "GET",
    path: "/runs/{run}/files/{node}",
    tag: TAG,
    summary: "Download the file a run wrote",
    access: "pipeline:read",
    params: params.extend({ node: z.string().max(40) }),
    responses: { 200: "bytes" },
    errors: ["run.not_found", "run.no_output"],
  }),
  "runs.lineage": route({
    method: "GET",
    path: "/runs/{run}/lineage",
    tag: TAG,
    summary: "List where the values a run wrote came from",
    access: "lineage:read",
    params,
    responses: {
      200: z.object({
        items: z.array(
          z.object({
            from: z.object({ kind: z.string(), id: z.string(), name: z.string(), version: z.number().int().nullable(), column: z.string() }),
            to: z.object({ kind: z.string(), id: z.string(), name: z.string(), version: z.number().int().nullable(), column: z.string() }),
            kind: z.enum(["direct", "derived", "indirect"]),
          }),
        ),
      }),
    },
    errors: ["run.not_found"],
  }),
} as const;

const transformationDefinition = z.strictObject({
  arguments: z
    .array(z.strictObject({ name: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/), type: z.string().max(40), description: z.string().max(500).default("") }))
    .max(50),
  returns: z.string().max(40),
  /** SQL: an expression over the arguments. JavaScript: the body of `(row) => ...`, which answers a value, or an object for several outputs. */
  body: z.string().trim().min(1).max(100_000),
  tests: z
    .array(z.strictObject({ name: z.string().trim().min(1).max(100), inputs: z.array(z.string().nullable()).max(50), expected: z.string().nullable() }))
    .max(100)
    .default([]),
});
export type TransformationDefinition = z.infer<typeof transformationDefinition>;

const transformationSummary = z.object({
  id: id("transformation"),
  name: z.string(),
  title: z.string(),
  category: z.string(),
  description: z.string(),
  language: z.enum(["sql", "javascript"]),
  owner: z.object({ id: z.string(), name: z.string() }).nullable(),
  documentVersion: z.number().int(),
  signature: z.string(),
  pipelineCount: z.number().int(),
  createdAt: instant,
  updatedAt: instant,
  can: can("update", "delete"),
});
export const transformation = transformationSummary.extend({ version: z.number().int(), definition: transformationDefinition }).meta({ id: "Transformation" });
export type Transformation = z.infer<typeof transformation>;

const functionParams = z.strictObject({ transformation: z.union([id("transformation"), line(63)]) });
const functionName = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, "must be lower-case letters, digits and _, beginning with a letter");
const about = { title: z.string().trim().max(100), category: z.string().trim().min(1).max(50), description: z.string().trim().max(5_000) };

const tried = z.object({
  ok: z.boolean(),
  fault: z.string().nullable(),
  results: z.array(z.object({ value: z.string().nullable(), fault: z.string().nullable() })),
  tests: z.array(z.object({ name: z.string(), ok: z.boolean(), got: z.string().nullable(), fault: z.string().nullable() })),
  ms: z.number(),
  isolation: z.string(),
});

/** The library of functions: built-in ones, and people's own in SQL or JavaScript. */
export const transformationRoutes = {
  "functions.list": route({
    method: "GET",
    path: "/functions",
    tag: "Transformations",
    summary: "List the built-in functions of expressions by category, with examples",
    access: "pipeline:read",
    responses: {
      200: z.object({
        items: z.array(
          z.object({
            name: z.string(),
            category: z.string(),
            kind: z.enum(["scalar", "aggregate", "window"]),
            signature: z.string(),
            description: z.string(),
            example: z.string(),
            result: z.string(),
          }),
        ),
      }),
    },
  }),
  "transformations.list": route({
    method: "GET",
    path: "/transformations",
    tag: "Transformations",
    summary: "List own functions",
    access: "pipeline:read",
    query: pageQuery.extend({ q: z.string().trim().min(1).max(200).optional() }),
    responses: { 200: page(transformationSummary) },
  }),
  "transformations.create": route({
    method: "POST",
    path: "/transformations",
    tag: "Transformations",
    summary: "Create a function",
    access: "pipeline:create",
    body: z.strictObject({
      name: functionName,
      title: about.title.default(""),
      category: about.category.default("Own"),
      description: about.description.default(""),
      language: z.enum(["sql", "javascript"]),
      definition: transformationDefinition,
    }),
    responses: { 201: transformation },
    errors: ["transformation.name_taken", "transformation.invalid"],
  }),
  "transformations.get": route({
    method: "GET",
    path: "/transformations/{transformation}",
    tag: "Transformations",
    summary: "Show a function",
    access: "pipeline:read",
    params: functionParams,
    responses: { 200: transformation },
    errors: ["transformation.not_found"],
    versioned: true,
  }),
  "transformations.update": route({
    method: "PATCH",
    path: "/transformations/{transformation}",
    tag: "Transformations",
    summary: "Change a function; another definition is another version",
    access: "pipeline:update",
    params: functionParams,
    body: z.strictObject({
      title: about.title.optional(),
      category: about.category.optional(),
      description: about.description.optional(),
      definition: transformationDefinition.optional(),
      note: z.string().trim().max(1_000).default(""),
    }),
    responses: { 200: transformation },
    errors: ["transformation.not_found", "transformation.invalid", "edit.conflict"],
    versioned: true,
  }),
  "transformations.delete": route({
    method: "DELETE",
    path: "/transformations/{transformation}",
    tag: "Transformations",
    summary: "Delete a function that no pipeline uses",
    access: "pipeline:delete",
    params: functionParams,
    responses: { 204: null },
    errors: ["transformation.not_found", "transformation.in_use"],
  }),
  "transformations.versions": route({
    method: "GET",
    path: "/transformations/{transformation}/versions",
    tag: "Transformations",
    summary: "List the versions of a function, newest first",
    access: "pipeline:read",
    params: functionParams,
    query: pageQuery,
    responses: {
      200: page(
        z.object({ number: z.number().int(), definition: transformationDefinition, author: z.string().nullable(), note: z.string(), createdAt: instant }),
      ),
    },
    errors: ["transformation.not_found"],
  }),
  "transformations.try": route({
    method: "POST",
    path: "/transformations/try",
    tag: "Transformations",
    summary: "Run a function on sample rows and its tests, and keep nothing",
    access: "pipeline:read",
    body: z.strictObject({
      language: z.enum(["sql", "javascript"]),
      definition: transformationDefinition,
      rows: z.array(z.array(z.string().nullable()).max(50)).max(1_000).default([]),
    }),
    responses: { 200: tried },
    errors: ["transformation.invalid"],
  }),
} as const;
