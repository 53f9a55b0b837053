import { Checkbox } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { rolesQuery } from "../../api/roles.ts";
import classes from "./people.module.css";

interface RoleChoiceProps {
  readonly value: readonly string[];
  readonly onChange: (roles: string[]) => void;
  readonly error?: ReactNode;
  readonly disabled?: boolean;
  readonly label?: string;
}

/** Roles to tick, each with what it is for. Roles the reader may not give say so. */
export function RoleChoice({ value, onChange, error, disabled = false, label = "Roles" }: RoleChoiceProps) {
  const { data } = useQuery(rolesQuery());
  return (
    <Checkbox.Group label={label} value={[...value]} onChange={onChange} error={error}>
      <div className={classes.choices} style={{ marginTop: 8 }}>
        {(data?.items ?? []).map((role) => (
          <Checkbox
            key={role.name}
            value={role.name}
            label={role.title}
            description={role.grantable ? role.text : "You lack some of its permissions, so you cannot give it."}
            disabled={disabled || (!role.grantable && !value.includes(role.name))}
          />
        ))}
      </div>
    </Checkbox.Group>
  );
}
