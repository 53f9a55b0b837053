import type { Permission } from "@granary/protocol";
import { Button, Modal, MultiSelect, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useCreateApiKey } from "../../api/api-keys.ts";
import { permissionsQuery } from "../../api/roles.ts";
import { useCopy } from "../../kit/copy-id.tsx";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import classes from "../people/people.module.css";

interface Made {
  readonly name: string;
  readonly secret: string;
}

/** Creates a key and shows its secret once. */
export function CreateKeyDialog({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const [made, setMade] = useState<Made>();
  const close = () => {
    setMade(undefined);
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={made === undefined ? "Create an API key" : `${made.name} is ready`}
      size="lg"
      closeOnClickOutside={made === undefined}
      closeOnEscape={made === undefined}
    >
      {made === undefined ? <KeyForm onMade={setMade} onClose={close} /> : <Secret made={made} onClose={close} />}
    </Modal>
  );
}

const DAY_MS = 86_400_000;
const LIFETIMES = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "1 year" },
  { value: "never", label: "Never" },
];

function KeyForm({ onMade, onClose }: { readonly onMade: (made: Made) => void; readonly onClose: () => void }) {
  const create = useCreateApiKey();
  const { data } = useQuery(permissionsQuery());
  const mine = (data?.items ?? []).filter((permission) => permission.mine);
  const groups = [...Map.groupBy(mine, ({ area }) => area)].map(([group, items]) => ({ group, items: items.map(({ name }) => name as string) }));
  const form = useApiForm({
    initial: { name: "", scopes: [] as string[], expiresAt: "90" },
    send: async ({ name, scopes, expiresAt }) => {
      const end = expiresAt === "never" ? null : new Date(Date.now() + Number(expiresAt) * DAY_MS).toISOString();
      const { secret } = await create.mutateAsync({ name, scopes: scopes as Permission[], expiresAt: end });
      onMade({ name, secret });
    },
  });
  return (
    <form className={classes.stack} onSubmit={form.onSubmit} noValidate>
      <FormProblem problem={form.problem} />
      <TextInput
        label="Name"
        description="What the key is for, so that you know later whether it may go."
        placeholder="Nightly load of orders"
        data-autofocus
        {...form.fields.getInputProps("name")}
      />
      <MultiSelect
        label="Permissions"
        description="Empty: all you may do, now and later. Fewer are safer."
        placeholder={form.fields.values.scopes.length === 0 ? "Search permissions" : ""}
        data={groups}
        searchable
        clearable
        clearButtonProps={{ "aria-label": "Clear permissions" }}
        maxDropdownHeight={260}
        {...form.fields.getInputProps("scopes")}
      />
      <Select label="Ends after" data={LIFETIMES} allowDeselect={false} {...form.fields.getInputProps("expiresAt")} />
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={form.sending}>
          Create the key
        </Button>
      </div>
    </form>
  );
}

function Secret({ made, onClose }: { readonly made: Made; readonly onClose: () => void }) {
  const { copied, copy } = useCopy();
  const example = `curl -H "X-API-Key: ${made.secret}" ${location.origin}/api/v1/auth/me`;
  return (
    <div className={classes.stack}>
      <p style={{ margin: 0 }}>Copy the secret now. It is not kept and cannot be shown again.</p>
      <TextInput
        aria-label="Secret"
        readOnly
        value={made.secret}
        onFocus={(event) => event.currentTarget.select()}
        styles={{ input: { fontFamily: "var(--g-mono)" } }}
        rightSectionWidth={84}
        rightSection={
          <Button size="compact-xs" onClick={() => copy(made.secret)}>
            {copied ? "Copied" : "Copy"}
          </Button>
        }
      />
      <div>
        <p style={{ margin: "0 0 4px" }} className="g-soft">
          Try it:
        </p>
        <pre className={classes.secret} style={{ margin: 0, whiteSpace: "pre-wrap" }} tabIndex={0}>
          {example}
        </pre>
      </div>
      <div className={classes.buttons}>
        <Button variant={copied ? "filled" : "default"} onClick={onClose}>
          I have kept it
        </Button>
      </div>
    </div>
  );
}
