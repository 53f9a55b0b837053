import { createTestUser } from "@granary/testkit/people";
import { type DatasetBed, datasetBed } from "../datasets/bed.ts";

/** Ten columns; five of them are masked for one of two people: an address, a name, a key, an amount and a time. */
export const COLUMNS = ["id", "email", "name", "country", "category", "amount", "quantity", "created_at", "active", "score"] as const;

const MASKS: Readonly<Partial<Record<(typeof COLUMNS)[number], string>>> = {
  id: "token",
  email: "email",
  name: "partial_text",
  amount: "numeric_round:2",
  created_at: "date_truncate:month",
};

/** A server with one dataset, somebody who sees it as it is stored, and somebody for whom policies hold. */
export interface GateBed extends AsyncDisposable {
  readonly bed: DatasetBed;
  /** Tokens to ask with. */
  readonly plain: string;
  readonly masked: string;
}

/** Fills the dataset and makes a policy for each mask, and one that leaves a quarter of the rows out if `isFiltered`. */
export async function gateBed(rows: number, isFiltered: boolean): Promise<GateBed> {
  const bed = await datasetBed(rows);
  const workspace = { id: bed.workspaceId as never, slug: "benchmark", name: "Benchmark" };
  const reader = await createTestUser(bed.services, { workspace, roles: ["admin"] });
  const send = async (path: string, body?: object): Promise<Response> => {
    const headers = { authorization: `Bearer ${reader.token}`, "content-type": "application/json" };
    const answer = await fetch(new URL(path, bed.url), { headers, ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const { columns } = (await (await send(`${bed.url}/schema`)).json()) as { readonly columns: readonly { readonly id: number; readonly name: string }[] };
  const about = { subjects: [{ kind: "user", id: reader.id }] };
  for (const [name, mask] of Object.entries(MASKS)) {
    const fieldId = columns.find((item) => item.name === name)?.id;
    await send("/api/v1/policies", { ...about, name: `Mask of ${name}`, effect: "mask", mask, targets: [{ kind: "column", datasetId: bed.dataset, fieldId }] });
  }
  const filter = { ...about, name: "Rows", effect: "filter", targets: [{ kind: "dataset", id: bed.dataset }] };
  if (isFiltered) await send("/api/v1/policies", { ...filter, filter: { column: "country", op: "lt", value: "150" } });
  return { bed, plain: bed.token, masked: reader.token, [Symbol.asyncDispose]: () => bed[Symbol.asyncDispose]() };
}
