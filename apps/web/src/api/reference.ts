import { queryOptions } from "@tanstack/react-query";

/** A schema of the document, as far as the page shows it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly format?: string;
  readonly default?: unknown;
  readonly additionalProperties?: JsonSchema | boolean;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

interface DocumentOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly deprecated?: boolean;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Content & { readonly required: boolean };
  readonly responses: Readonly<Record<string, Content & { readonly description: string }>>;
}

interface OpenApiDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

/** One operation with its address. */
export interface Operation extends DocumentOperation {
  readonly method: string;
  readonly path: string;
}

export interface Reference {
  readonly version: string;
  readonly description: string;
  readonly groups: readonly (readonly [tag: string, operations: readonly Operation[]])[];
  readonly schemas: Readonly<Record<string, JsonSchema>>;
  readonly count: number;
}

function toReference(document: OpenApiDocument): Reference {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.deprecated !== true)
      .map(([method, operation]): Operation => ({ ...operation, method: method.toUpperCase(), path })),
  );
  const groups = [...Map.groupBy(operations, ({ tags }) => tags[0] ?? "Other")].sort(([a], [b]) => a.localeCompare(b));
  return { version: document.info.version, description: document.info.description, groups, schemas: document.components.schemas, count: operations.length };
}

export const referenceQuery = () =>
  queryOptions({
    queryKey: ["auth", "reference"],
    queryFn: async ({ signal }) => {
      const response = await fetch("/api/openapi.json", { signal });
      if (!response.ok) throw new Error(`The description of the API could not be read (status ${response.status}).`);
      return toReference((await response.json()) as OpenApiDocument);
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What came back from a request made on the page. */
export interface Trial {
  readonly status: number;
  readonly milliseconds: number;
  readonly text: string;
}

/** Sends one request as the person at this browser and answers it as it came. */
export async function tryOperation(method: string, address: string, headers: Readonly<Record<string, string>>, body: string | undefined): Promise<Trial> {
  const started = performance.now();
  const response = await fetch(address, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, milliseconds: Math.round(performance.now() - started), text };
}
