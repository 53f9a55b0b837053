import type { Download } from "@granary/protocol";

/** Ids of downloads, as the names of downloaded files hold them: `Orders-v3-dow_01k….csv`; browsers and people add to names. */
const IN_NAME = /dow_[0-9a-hjkmnp-tv-z]{26}/;

/** The download a file was edited from, told by its name. */
export const downloadOf = (fileName: string): Download["id"] | undefined => IN_NAME.exec(fileName)?.[0] as Download["id"] | undefined;

/** A title nobody has to write: what the file is called, without what machines added to it. */
export function titleOf(fileName: string): string {
  const plain = fileName
    .replace(/(\.(csv|tsv|txt|json|ndjson|jsonl|xml|xlsx|parquet|gz|zst|zip))+$/i, "")
    .replace(/-v\d+-dow_[0-9a-z]{26}/, "")
    .replace(/\s*\(\d+\)$/, "")
    .replace(/[-_]+/g, " ")
    .trim();
  return plain === "" ? "Edited file" : `Changes of ${plain}`.slice(0, 200);
}
