import { z } from "zod";
import { route } from "../route.ts";
import { can, id, instant, line, page, pageQuery } from "../schemas.ts";
import { DATASET_FORMATS, dataset, datasetParams, FREQUENCIES, properties, tagSet, VISIBILITIES } from "./datasets.ts";

const TAG = "Datasets";

/** Orders of the list; a minus turns one round. `relevance` is for searches alone, and their default. */
export const DATASET_SORTS = ["relevance", "name", "-name", "updated", "-updated", "created", "-created", "rows", "-rows"] as const;
export type DatasetSort = (typeof DATASET_SORTS)[number];

/** Where a search found its words. */
export const MATCH_PLACES = ["name", "tag", "column", "description"] as const;

const tags = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [value]))
  .pipe(tagSet);

const choice = z.strictObject({
  q: z.string().trim().max(200).optional().describe("Words of names, descriptions, tags and columns, also mistyped or in part"),
  tag: tags.optional().describe("A label; given several times, all of them"),
  owner: z.string().min(1).max(254).optional().describe("`me`, or a person's id"),
  visibility: z.enum(VISIBILITIES).optional(),
  format: z.enum(DATASET_FORMATS).optional(),
  frequency: z.enum(FREQUENCIES).optional(),
  sort: z.enum(DATASET_SORTS).optional().describe("`-updated` by default, `relevance` in a search"),
});

const view = z
  .object({
    id: id("datasetView"),
    name: z.string(),
    /** The filters as the list of datasets takes them. */
    query: choice.extend({ tag: z.array(z.string()).optional() }),
    shared: z.boolean(),
    owner: z.object({ id: id("user"), name: z.string() }),
    createdAt: instant,
    can: can("delete"),
  })
  .meta({ id: "DatasetView" });

const listed = dataset
  .extend({
    /** Of a search: the words of the dataset that were meant, and where they are. */
    match: z.object({ words: z.array(z.string()), places: z.array(z.object({ in: z.enum(MATCH_PLACES), text: z.string() })) }).nullable(),
  })
  .meta({ id: "ListedDataset" });

const facet = <V extends z.ZodType>(value: V) => z.array(z.object({ value, count: z.number().int() }));

const facets = z.object({
  /** Datasets in all; `isExact` is false when counting stopped there. */
  total: z.object({ count: z.number().int(), isExact: z.boolean() }),
  tags: facet(z.string()),
  owners: z.array(z.object({ value: id("user"), name: z.string(), count: z.number().int() })),
  visibilities: facet(z.enum(VISIBILITIES)),
  formats: facet(z.enum(DATASET_FORMATS)),
  frequencies: facet(z.enum(FREQUENCIES)),
});

/** What a saved or typed filter chooses datasets by. */
export type DatasetChoice = z.output<typeof choice>;
export type DatasetView = z.infer<typeof view>;
export type ListedDataset = z.infer<typeof listed>;
export type DatasetFacets = z.infer<typeof facets>;

const change = z.strictObject({
  name: line(100).optional(),
  description: z.string().trim().max(10_000).optional(),
  tags: tagSet.optional(),
  properties: properties.optional(),
  frequency: z.enum(FREQUENCIES).nullable().optional(),
  visibility: z.enum(VISIBILITIES).optional().describe("For owners alone"),
  owner: z.string().min(1).max(254).optional().describe("The new owner's id or e-mail address; for owners alone. Whoever was owner keeps contributing."),
});

export type DatasetChange = z.output<typeof change>;

const changed = z
  .object({
    at: instant,
    by: z.object({ id: z.string().nullable(), name: z.string() }),
    /** What was said before and after, by field. */
    changes: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })),
  })
  .meta({ id: "DatasetChange" });

export type DatasetChanged = z.infer<typeof changed>;

/** Finding datasets, and what is said about them. */
export const datasetCatalogRoutes = {
  "datasets.list": route({
    method: "GET",
    path: "/datasets",
    tag: TAG,
    summary: "Find the datasets you may read",
    description:
      "A search looks for all its words, each as it is, as the beginning or a part of a word; when nothing has them it looks for words that are spelled alike, and `isGuess` says so. " +
      "`facets` counts what was found by label, owner and so on, each as if its own filter were not set; it comes with the first page alone, and counting stops at 2,000.",
    access: "dataset:read",
    viewAs: true,
    query: pageQuery.extend({
      ...choice.shape,
      view: id("datasetView").optional().describe("A saved filter; what is given beside it goes first"),
      trashed: z.stringbool().default(false).describe("What is in the trash and yours to restore"),
    }),
    responses: {
      200: page(listed).extend({
        facets: facets.nullable(),
        /** Whether nothing had the words as they were typed, so that words spelled alike were looked for. */
        isGuess: z.boolean(),
      }),
    },
    errors: ["dataset_view.not_found"],
  }),
  "datasets.update": route({
    method: "PATCH",
    path: "/datasets/{dataset}",
    aliases: ["/datasets/{dataset}/meta"],
    tag: TAG,
    summary: "Change what is said about a dataset, who may know of it, or its owner",
    access: "dataset:update",
    params: datasetParams,
    body: change.refine((body) => Object.keys(body).length > 0, "must change something"),
    responses: { 200: dataset },
    errors: ["dataset.not_found", "dataset.name_taken", "user.not_found", "edit.conflict"],
    versioned: true,
  }),
  "datasets.history": route({
    method: "GET",
    path: "/datasets/{dataset}/meta/history",
    tag: TAG,
    summary: "List the changes of what is said about a dataset, newest first",
    access: "dataset:read",
    viewAs: true,
    params: datasetParams,
    query: pageQuery,
    responses: { 200: page(changed) },
    errors: ["dataset.not_found"],
  }),
  "datasetViews.list": route({
    method: "GET",
    path: "/dataset-views",
    tag: TAG,
    summary: "List your saved filters and those shared in the workspace, by name",
    access: "dataset:read",
    query: pageQuery,
    responses: { 200: page(view) },
  }),
  "datasetViews.create": route({
    method: "POST",
    path: "/dataset-views",
    tag: TAG,
    summary: "Save a filter of the list of datasets",
    access: "dataset:read",
    body: z.strictObject({ name: line(100), query: choice.extend({ tag: tagSet.optional() }), shared: z.boolean().default(false) }),
    responses: { 201: view },
    errors: ["dataset_view.name_taken", "dataset_view.too_many"],
  }),
  "datasetViews.delete": route({
    method: "DELETE",
    path: "/dataset-views/{view}",
    tag: TAG,
    summary: "Delete a saved filter",
    access: "dataset:read",
    params: z.strictObject({ view: id("datasetView") }),
    responses: { 204: null },
    errors: ["dataset_view.not_found"],
  }),
} as const;
