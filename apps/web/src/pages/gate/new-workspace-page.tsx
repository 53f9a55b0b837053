import { Anchor, Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { sessionQuery, useSignOut } from "../../api/session.ts";
import { useCreateWorkspace } from "../../api/settings.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import { Line } from "../../kit/skeleton.tsx";
import classes from "./gate.module.css";
import { GateTitle } from "./gate-title.tsx";

/** A new workspace, or word for those who belong to none. */
export function NewWorkspacePage() {
  const session = useQuery({ ...sessionQuery(), retry: false });
  const signOut = useSignOut();
  const navigate = useNavigate();
  if (session.isPending) return <Line width={240} height={28} />;
  if (session.data === undefined) return <ErrorNote error={session.error} onRetry={() => void session.refetch()} />;
  const mayCreate = session.data.permissions.includes("workspace:create") || session.data.user.instanceAdmin;
  if (!mayCreate) {
    return (
      <>
        <GateTitle
          title="You belong to no workspace"
          text="Your account works, but nobody has added you to a workspace yet. Ask whoever sent you here to invite you."
        />
        <div className={classes.form}>
          <Button variant="default" onClick={() => signOut.mutate(undefined, { onSuccess: () => void navigate({ to: "/sign-in" }) })}>
            Sign out
          </Button>
        </div>
      </>
    );
  }
  return <CreateForm hasOthers={session.data.workspaces.length > 0} />;
}

function CreateForm({ hasOthers }: { readonly hasOthers: boolean }) {
  const create = useCreateWorkspace();
  const navigate = useNavigate();
  const form = useApiForm({
    initial: { name: "", slug: "" },
    send: async ({ name, slug }) => {
      const made = await create.mutateAsync({ name, ...(slug === "" ? {} : { slug }) });
      await navigate({ to: "/w/$workspace", params: { workspace: made.slug } });
    },
  });
  return (
    <>
      <GateTitle title="Create a workspace" text="Its people, data and settings are invisible to all other workspaces. You become its administrator." />
      <form className={classes.form} onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextInput label="Name" autoFocus {...form.fields.getInputProps("name")} />
        <TextInput
          label="Address"
          description="Lower-case letters, digits and hyphens; made from the name when left empty."
          leftSection={<span className="g-mono">/w/</span>}
          {...form.fields.getInputProps("slug")}
        />
        <Button type="submit" size="md" loading={form.sending}>
          Create the workspace
        </Button>
      </form>
      {hasOthers && (
        <p className={classes.more}>
          <Anchor href="/" size="sm">
            Back
          </Anchor>
        </p>
      )}
    </>
  );
}
