import { setTimeout as delay } from "node:timers/promises";
import { constants } from "node:zlib";
import compress from "@fastify/compress";
import cookie from "@fastify/cookie";
import multipart from "@fastify/multipart";
import rateLimit from "@fastify/rate-limit";
import type { Ctx, Services } from "@granary/core/context";
import { recordDenied } from "@granary/core/events";
import { isAppError, newId } from "@granary/kernel";
import { errorSpec, problem, type RouteId } from "@granary/protocol";
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from "fastify";
import type { Logger as PinoLogger } from "pino";
import { logContext } from "../log-context.ts";
import type { Metrics } from "../metrics.ts";
import { addRealtime } from "../realtime/add-realtime.ts";
import type { Handlers } from "./answer.ts";
import { toAppError, toProblemBody } from "./errors.ts";
import { addHealth } from "./health.ts";
import { addMetrics } from "./metrics-route.ts";
import { mountRoutes } from "./mount.ts";
import { addOpenApi } from "./openapi.ts";
import { createRateLimits, type RateFigures } from "./rate-limits.ts";
import { addCors, addSecurityHeaders } from "./security.ts";
import { addWeb } from "./web.ts";

/** Whoever asks in this time is told that the program stops, rather than finding a closed door. */
const DRAIN_MS = 300;
/** Requests that run when the program is told to stop get this long; those that wait for something longer are told to ask again. */
const GRACE_MS = 4_000;
/** What is still open then, such as an upload that goes on arriving, is cut. */
const CUT_MS = 6_000;
const HEADERS_TIMEOUT_MS = 20_000;
const CORRELATION = /^[\w-]{8,64}$/;
const MAX_FIELDS = 50;
const MAX_FIELD_BYTES = 65_536;

export interface AppOptions {
  readonly services: Services;
  readonly handlers: Handlers;
  readonly log: PinoLogger;
  readonly metrics: Metrics;
  readonly version: string;
  readonly rates: RateFigures;
  readonly corsOrigins: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly bodyLimit: number;
  readonly uploadLimit: number;
  readonly metricsToken: string | undefined;
  /** The built web application; undefined serves the API alone. */
  readonly webRoot: string | undefined;
}

export interface App {
  readonly server: FastifyInstance;
  /** Readiness fails and new requests are refused from now on; resolves when the running ones have ended or were cut. */
  stop(): Promise<void>;
}

function correlationId(header: string | string[] | undefined): string {
  return typeof header === "string" && CORRELATION.test(header) ? header : newId("request");
}

function createServer(options: AppOptions): FastifyInstance {
  const app = fastify({
    loggerInstance: options.log as never,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (request) => correlationId(request.headers["x-correlation-id"]),
    requestIdHeader: false,
    bodyLimit: options.bodyLimit,
    // Uploads may take hours; JSON bodies have a deadline of their own in admit.ts.
    requestTimeout: 0,
    keepAliveTimeout: 72_000,
    forceCloseConnections: "idle",
    return503OnClosing: false,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    routerOptions: { maxParamLength: 300 },
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      answerError(options.metrics, error, request, reply);
    },
  }) as unknown as FastifyInstance;
  app.server.headersTimeout = HEADERS_TIMEOUT_MS;
  app.decorateRequest("principal", undefined);
  app.setErrorHandler((error, request, reply) => answerError(options.metrics, error, request, reply));
  return app;
}

/** Gives every request its id, also in the log lines of whatever it causes, and refuses new ones while the program stops. */
function addRequestScope(app: FastifyInstance, isStopping: () => boolean): void {
  app.addHook("onRequest", (request, reply, done) => {
    void reply.header("granary-request-id", request.id);
    logContext.run({ requestId: request.id }, () => {
      if (isStopping() && !request.url.startsWith("/health")) done(problem("server.stopping"));
      else done();
    });
  });
}

async function addPlugins(app: FastifyInstance, options: AppOptions, https: boolean): Promise<void> {
  app.addContentTypeParser("application/octet-stream", (_request, payload, done) => done(null, payload));
  await addSecurityHeaders(app, { https });
  await addCors(app, options.corsOrigins);
  await app.register(compress, { threshold: 1_024, encodings: ["br", "gzip"], brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } } });
  await app.register(cookie);
  await app.register(multipart, { limits: { fileSize: options.uploadLimit, files: 20, fields: MAX_FIELDS, fieldSize: MAX_FIELD_BYTES } });
  await app.register(rateLimit, { global: false });
}

/** Builds the HTTP server: every plugin, the contract's routes, realtime, health, metrics, reference and web application. */
export async function buildApp(options: AppOptions): Promise<App> {
  let stopping = false;
  const running = new AbortController();
  const { services, metrics } = options;
  const https = services.config.publicUrl.startsWith("https:");
  const allowedOrigins = new Set([new URL(services.config.publicUrl).origin, ...options.corsOrigins]);
  const app = createServer(options);
  addRequestScope(app, () => stopping);
  addRequestLog(app, metrics);
  await addPlugins(app, options, https);
  await addRealtime(app, { services, allowedOrigins, sockets: metrics.sockets });
  mountRoutes(app, {
    services,
    handlers: options.handlers,
    limits: createRateLimits(app, options.rates),
    allowedOrigins,
    uploadLimit: options.uploadLimit,
    secureCookies: https,
    stopSignal: running.signal,
    onDenied: noteDenied,
  });
  addHealth(app, { services, version: options.version, isStopping: () => stopping });
  addMetrics(app, metrics, options.metricsToken);
  addOpenApi(app, { version: options.version, publicUrl: services.config.publicUrl });
  await addWeb(app, options.webRoot);
  return {
    server: app,
    async stop() {
      stopping = true;
      const timers = [setTimeout(() => running.abort(), GRACE_MS), setTimeout(() => app.server.closeAllConnections(), CUT_MS)];
      await delay(DRAIN_MS);
      await app.close();
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function addRequestLog(app: FastifyInstance, metrics: Metrics): void {
  app.addHook("onResponse", async (request, reply) => {
    const fields = {
      method: request.method,
      route: request.routeOptions.url ?? "unmatched",
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      userId: request.principal?.userId,
    };
    if (reply.statusCode >= 500) request.log.error(fields, "request failed");
    else request.log.info(fields, "request");
  });
  app.addHook("onTimeout", async () => {
    metrics.errors.inc({ code: "request.timeout" });
  });
}

function noteDenied(ctx: Ctx, error: unknown, routeId: RouteId): void {
  if (!isAppError(error, "access.denied")) return;
  recordDenied(ctx, String(error.params["permission"]), routeId).catch((cause: unknown) =>
    ctx.log.warn({ err: cause }, "a denied attempt could not be recorded"),
  );
}

function answerError(metrics: Metrics, thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = toAppError(thrown);
  const spec = errorSpec(error.code);
  metrics.errors.inc({ code: error.code });
  if (spec.status >= 500) request.log.error({ err: error.cause ?? error, code: error.code }, "an error was answered");
  if (error.code === "auth.required") reply.header("www-authenticate", "Bearer");
  if (spec.status === 429 || spec.status === 503) reply.header("retry-after", String(error.params["seconds"] ?? 2));
  return reply
    .status(spec.status)
    .header("cache-control", "no-store")
    .type("application/problem+json; charset=utf-8")
    .serializer((body: unknown) => JSON.stringify(body))
    .send(toProblemBody(error, request.id));
}
