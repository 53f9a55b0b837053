import Check from "lucide-react/icons/check";
import Copy from "lucide-react/icons/copy";
import { useEffect, useState } from "react";
import classes from "./copy-id.module.css";

const SHOWN_MS = 1_600;

/** The clipboard needs https or localhost; elsewhere a hidden field is selected and copied. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  field.style.position = "fixed";
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

/** Copies and says so for a moment. */
export function useCopy(): { readonly copied: boolean; readonly copy: (text: string) => void } {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (text: string) => {
    copyText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return { copied, copy };
}

/** An identifier in data type, copied by a click. */
export function CopyId({ value, label = "identifier", whole = false }: { readonly value: string; readonly label?: string; readonly whole?: boolean }) {
  const { copied, copy } = useCopy();
  const Icon = copied ? Check : Copy;
  const shown = whole || value.length <= 18 ? value : `${value.slice(0, 8)}…${value.slice(-5)}`;
  return (
    <button type="button" className={classes.copy} title={value} aria-label={copied ? "Copied" : `Copy ${label} ${value}`} onClick={() => copy(value)}>
      <span className={classes.text}>{shown}</span>
      <Icon size={12} aria-hidden="true" />
    </button>
  );
}
