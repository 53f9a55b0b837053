import { Button, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import type { JsonSchema, Operation } from "../../api/reference.ts";
import { useCopy } from "../../kit/copy-id.tsx";
import classes from "./reference.module.css";
import { sampleBody } from "./sample.ts";

type Schemas = Readonly<Record<string, JsonSchema>>;

function curlText(operation: Operation, schemas: Schemas): string {
  const body = sampleBody(operation, schemas);
  const multipart = operation.requestBody?.content?.["multipart/form-data"] !== undefined;
  const headers = operation.parameters
    .filter((parameter) => parameter.in === "header" && parameter.required)
    .map(({ name }) => `  -H '${name}: ${name === "If-Match" ? '"1"' : "…"}'`);
  return [
    `curl${operation.method === "GET" ? "" : ` -X ${operation.method}`} '${location.origin}/api/v1${operation.path}'`,
    "  -H 'X-API-Key: …'",
    ...headers,
    ...(multipart ? ["  -F name=orders", "  -F file=@orders.csv"] : []),
    ...(body === undefined ? [] : ["  -H 'Content-Type: application/json'", `  -d '${body.replaceAll("'", "'\\''")}'`]),
  ].join(" \\\n");
}

function typescriptText(operation: Operation, schemas: Schemas): string {
  const params = operation.parameters.filter((parameter) => parameter.in === "path").map(({ name }) => `${name}: "…"`);
  const body = sampleBody(operation, schemas);
  const isVersioned = operation.parameters.some(({ name }) => name === "If-Match");
  const parts = [
    ...(params.length > 0 ? [`  params: { ${params.join(", ")} },`] : []),
    ...(body === undefined ? [] : [`  body: ${body.replaceAll("\n", "\n  ").replaceAll(/"(\w+)":/g, "$1:")},`]),
    ...(isVersioned ? ["  version: 1,"] : []),
  ];
  const call = parts.length === 0 ? "" : `, {\n${parts.join("\n")}\n}`;
  return [
    `import { createClient } from "@granary/client";`,
    "",
    `const granary = createClient({ baseUrl: "${location.origin}", token: "…" });`,
    `const answer = await granary.call("${operation.operationId}"${call});`,
  ].join("\n");
}

/** The same request in a shell and in TypeScript. */
export function Examples({ operation, schemas }: { readonly operation: Operation; readonly schemas: Schemas }) {
  const [language, setLanguage] = useState("curl");
  const { copied, copy } = useCopy();
  const text = language === "curl" ? curlText(operation, schemas) : typescriptText(operation, schemas);
  return (
    <div className={classes.example}>
      <div className={classes.exampleHead}>
        <SegmentedControl
          size="xs"
          aria-label="Language of the example"
          value={language}
          onChange={setLanguage}
          data={[
            { value: "curl", label: "curl" },
            { value: "typescript", label: "TypeScript" },
          ]}
        />
        <Button variant="subtle" color="gray" size="compact-xs" onClick={() => copy(text)}>
          {copied ? "Copied" : "Copy"}
        </Button>
      </div>
      <pre className={classes.code} tabIndex={0} aria-label="Example">
        {text}
      </pre>
    </div>
  );
}
