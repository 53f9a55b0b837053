import type { ActivityFilters } from "./activity.ts";
import { api } from "./client.ts";
import { compact } from "./list.ts";
import { saveFile } from "./save-file.ts";

/** Saves the activity that fits the filters as a file. */
export async function exportActivity(filters: ActivityFilters, format: "csv" | "json"): Promise<void> {
  await saveFile(await api.download("activity.export", { query: compact({ ...filters, format }) }), `activity.${format}`);
}
