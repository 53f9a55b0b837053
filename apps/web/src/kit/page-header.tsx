import type { ReactNode } from "react";
import { useDocumentTitle } from "@mantine/hooks";
import classes from "./page-header.module.css";

interface PageHeaderProps {
  readonly title: string;
  /** One sentence on what this place answers. */
  readonly text?: ReactNode;
  /** State or identity beside the title. */
  readonly beside?: ReactNode;
  readonly actions?: ReactNode;
}

/** The head of every page: its one h1, a sentence, and what can be done here. Also names the browser tab. */
export function PageHeader({ title, text, beside, actions }: PageHeaderProps) {
  useDocumentTitle(`${title} · Granary`);
  return (
    <header className={classes.header}>
      <div className={classes.words}>
        <div className={classes.line}>
          <h1 className={classes.title}>{title}</h1>
          {beside}
        </div>
        {text !== undefined && <p className={classes.text}>{text}</p>}
      </div>
      {actions !== undefined && <div className={classes.actions}>{actions}</div>}
    </header>
  );
}

/** The column every page stands in. */
export function Page({ children, narrow = false, wide = false }: { readonly children: ReactNode; readonly narrow?: boolean; readonly wide?: boolean }) {
  return (
    <div className={classes.page} data-narrow={narrow || undefined} data-wide={wide || undefined}>
      {children}
    </div>
  );
}
