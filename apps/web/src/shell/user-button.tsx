import type { ComponentProps } from "react";
import { initialsOf } from "./initials.ts";
import classes from "./user-menu.module.css";

/** The round button with the person's initials. */
export function UserButton({ name, ...props }: ComponentProps<"button"> & { readonly name: string }) {
  return <button type="button" {...props} className={classes.target} data-initials={initialsOf(name)} aria-label={`Account of ${name}`} />;
}
