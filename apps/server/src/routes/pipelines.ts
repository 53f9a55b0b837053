import { Readable } from "node:stream";
import {
  callHook,
  checkPipeline,
  compareVersions,
  createPipeline,
  deletePipeline,
  executePipeline,
  exportPipeline,
  fillTemplate,
  getVersion,
  listPipelines,
  listTemplates,
  listVersions,
  nextRuns,
  parsePipeline,
  restoreVersion,
  rotateHook,
  samplePipeline,
  savePipeline,
  setEnabled,
  showPipeline,
  testPipeline,
} from "@granary/core/pipelines";
import { awaitRun, listRuns } from "@granary/core/runs";
import type { pipelineRoutes } from "@granary/protocol";
import { type HandlersOf, streamed } from "../http/answer.ts";

export const pipelineHandlers: HandlersOf<typeof pipelineRoutes> = {
  "pipelines.list": (ctx, { query }) => listPipelines(ctx, query),
  "pipelines.create": (ctx, { body }) => createPipeline(ctx, body.document, body.note),
  "pipelines.check": (ctx, { body }) => checkPipeline(ctx, body.document),
  "pipelines.sample": (ctx, { body }) => samplePipeline(ctx, body),
  "pipelines.test": (ctx, { body }) => testPipeline(ctx, body.document, body.names),
  "pipelines.templates": () => Promise.resolve(listTemplates()),
  "pipelines.fromTemplate": (_ctx, { params, body }) => Promise.resolve(fillTemplate(params.template, body.values)),
  "pipelines.get": (ctx, { params }) => showPipeline(ctx, params.pipeline),
  "pipelines.update": (ctx, { params, body }) => savePipeline(ctx, params.pipeline, body),
  "pipelines.delete": (ctx, { params }) => deletePipeline(ctx, params.pipeline),
  "pipelines.setEnabled": (ctx, { params, body }) => setEnabled(ctx, params.pipeline, body.enabled),
  "pipelines.versions": (ctx, { params, query }) => listVersions(ctx, params.pipeline, query),
  "pipelines.version": (ctx, { params }) => getVersion(ctx, params.pipeline, params.number),
  "pipelines.compare": (ctx, { params, query }) => compareVersions(ctx, params.pipeline, params.number, query.with),
  "pipelines.restore": (ctx, { params }) => restoreVersion(ctx, params.pipeline, params.number),
  "pipelines.export": async (ctx, { params, query }) => {
    const { text, fileName, contentType } = await exportPipeline(ctx, params.pipeline, query);
    const headers = { "content-type": contentType, "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}` };
    return streamed(Readable.from([Buffer.from(text, "utf8")], { objectMode: false }), { headers });
  },
  "pipelines.parse": (ctx, { body }) => parsePipeline(ctx, body.text),
  "pipelines.nextRuns": (ctx, { body }) => Promise.resolve(nextRuns(ctx, body)),
  "pipelines.rotateHook": (ctx, { params }) => rotateHook(ctx, params.pipeline),
  "pipelines.execute": async (ctx, { params, query, body }) => {
    const run = await executePipeline(ctx, params.pipeline, body);
    return query.wait ? awaitRun(ctx, run.id) : run;
  },
  "pipelines.runs": async (ctx, { params, query }) => {
    const { id } = await showPipeline(ctx, params.pipeline);
    return listRuns(ctx, { ...query, pipeline: id });
  },
  "pipelines.hook": async (ctx, { params, body, header }) => callHook(ctx, params.pipeline, header("x-granary-hook-secret"), body.parameters),
};
