import type { Batch, Reject, RejectRepair } from "@granary/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { PagedSource } from "../kit/grid/index.ts";
import { api } from "./client.ts";
import { compact } from "./list.ts";

const RECORDS_A_PAGE = 200;

type Page = Awaited<ReturnType<typeof readPage>>;

const readPage = (dataset: string, batch: Batch["id"], cursor: string | undefined, signal: AbortSignal) =>
  api.call("datasets.rejects", { params: { dataset, batch }, query: compact({ cursor, limit: RECORDS_A_PAGE }), signal });

const STATES: Readonly<Record<Reject["status"], string>> = { open: "", repaired: "repaired", resubmitted: "loaded again" };

/** The rejected records of a load, read page by page as they are scrolled to. */
export class RejectPages {
  readonly source: PagedSource;
  /** What the pages say of all records; undefined until the first is there. */
  about: Pick<Page, "columns" | "format" | "counts"> | undefined;
  readonly #records = new Map<string, Reject>();

  constructor(dataset: string, batch: Batch["id"]) {
    this.source = new PagedSource(async (cursor, signal) => {
      const { items, next, ...about } = await readPage(dataset, batch, cursor, signal);
      this.about = about;
      for (const item of items) this.#records.set(String(item.number), item);
      const rows = items.map(({ number, line, reason, raw, status, repaired }) => {
        const now = repaired === null ? raw : (repaired.raw ?? (repaired.fields ?? []).map((value) => value ?? "").join(" | "));
        return { cells: [STATES[status], reason, now], head: String(line), key: [String(number)] };
      });
      return { rows, next };
    });
  }

  record(row: number): Reject | undefined {
    return this.#records.get(this.source.row(row)?.key?.[0] ?? "");
  }
}

interface Place {
  readonly dataset: string;
  readonly batch: Batch["id"];
}

export function useRepairReject({ dataset, batch }: Place) {
  return useMutation({
    mutationFn: ({ record, repair }: { readonly record: Reject; readonly repair: RejectRepair }) =>
      api.call("datasets.repairReject", { params: { dataset, batch, number: record.number }, body: repair, version: record.version }),
  });
}

export function useResubmitRejects({ dataset, batch }: Place) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.call("datasets.resubmitRejects", { params: { dataset, batch }, query: { wait: "true" } }),
    onSettled: () => client.invalidateQueries({ queryKey: ["datasets"] }),
  });
}
