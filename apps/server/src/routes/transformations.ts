import {
  createTransformation,
  deleteTransformation,
  getTransformation,
  listLibrary,
  listTransformations,
  listVersions,
  tryTransformation,
  updateTransformation,
} from "@granary/core/transformations";
import type { transformationRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const transformationHandlers: HandlersOf<typeof transformationRoutes> = {
  "functions.list": () => Promise.resolve(listLibrary()),
  "transformations.list": (ctx, { query }) => listTransformations(ctx, query),
  "transformations.create": (ctx, { body }) => createTransformation(ctx, body),
  "transformations.get": (ctx, { params }) => getTransformation(ctx, params.transformation),
  "transformations.update": (ctx, { params, body, version }) => updateTransformation(ctx, params.transformation, version, body),
  "transformations.delete": (ctx, { params }) => deleteTransformation(ctx, params.transformation),
  "transformations.versions": (ctx, { params, query }) => listVersions(ctx, params.transformation, query),
  "transformations.try": (ctx, { body }) => tryTransformation(ctx, body),
};
