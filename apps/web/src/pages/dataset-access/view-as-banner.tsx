import { Button } from "@mantine/core";
import Eye from "lucide-react/icons/eye";
import { useEffect } from "react";
import { useViewAs } from "../../api/view-as.ts";
import classes from "./access.module.css";

/** Says with whose eyes the page is read, as long as it is. */
export function ViewAsBanner({ dataset }: { readonly dataset: string }) {
  const { viewed, view } = useViewAs(dataset);
  // Another page is one's own again.
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- on leaving alone
  useEffect(() => () => view(undefined), [dataset]);
  if (viewed === undefined) return null;
  return (
    <div className={classes.banner} role="status">
      <Eye size={16} aria-hidden="true" />
      <p>
        You look at this dataset as <strong>{viewed.name}</strong> sees it, and never at more than you may see yourself.
      </p>
      <Button size="xs" variant="default" onClick={() => view(undefined)}>
        Look as yourself again
      </Button>
    </div>
  );
}
