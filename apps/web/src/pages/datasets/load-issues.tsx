import type { Batch } from "@granary/protocol";
import own from "./datasets.module.css";

/** What is wrong with a file that could not be loaded, one thing a line; nothing where that is not for the reader. */
export function LoadIssues({ error }: { readonly error: Batch["error"] }) {
  if (error === null || error.issues.length === 0) return null;
  return (
    <ul className={own.issues}>
      {error.issues.map(({ path, message }) => (
        <li key={`${path} ${message}`}>
          {path !== "" && <span className="g-mono">{path}</span>} {message}
        </li>
      ))}
    </ul>
  );
}
