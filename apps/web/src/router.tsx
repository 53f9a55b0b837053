import { createRoute, createRouter, lazyRouteComponent, redirect, type RouteComponent } from "@tanstack/react-router";
import { authConfigQuery } from "./api/auth.ts";
import { setRequestWorkspace } from "./api/client.ts";
import { queryClient } from "./api/query-client.ts";
import { sessionQuery } from "./api/session.ts";
import { FailedPage, MissingPage } from "./kit/error-view.tsx";
import { choiceParam, keyParam, knownOnly, objectParam, present, textParam } from "./kit/search-params.ts";
import { PageSkeleton } from "./kit/skeleton.tsx";
import { connectionSearch, connectionsSearch, newConnectionSearch } from "./pages/connections/connection-words.ts";
import { changesSearch } from "./pages/changes/changes-search.ts";
import { requestSearch } from "./pages/changes/request-search.ts";
import { catalogSearch } from "./pages/datasets/catalog-search.ts";
import { GateLayout } from "./pages/gate/gate-layout.tsx";
import { SignInPage } from "./pages/gate/sign-in-page.tsx";
import { functionSearch, functionsSearch } from "./pages/functions/function-words.ts";
import { newPipelineSearch } from "./pages/pipeline-builder/new-pipeline-search.ts";
import { pipelineSearch, pipelinesSearch } from "./pages/pipelines/pipeline-words.ts";
import { runSearch, runsSearch } from "./pages/runs/run-words.ts";
import { HomePage } from "./pages/home/home-page.tsx";
import { lastWorkspace, page, type Raw, root, sessionOrRedirect, workspace } from "./router-roots.tsx";

const start = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: async ({ context }) => {
    if (setRequestWorkspace(undefined)) context.queryClient.removeQueries({ queryKey: sessionQuery().queryKey });
    const { workspace, workspaces } = await sessionOrRedirect(context.queryClient, "/");
    const last = lastWorkspace();
    const choice = workspaces.find(({ slug }) => slug === last) ?? workspace ?? workspaces[0];
    if (choice === undefined) redirect({ to: "/new-workspace", throw: true });
    else {
      // The answer without a workspace is about this one; asking again would cost a round trip before the first page.
      if (choice.slug === workspace?.slug) setRequestWorkspace(choice.slug);
      redirect({ to: "/w/$workspace", params: { workspace: choice.slug }, throw: true });
    }
  },
});

const gate = createRoute({
  getParentRoute: () => root,
  id: "gate",
  // Without it the forms would suspend, and React holds back what suspended for a third of a second.
  loader: ({ context }) => context.queryClient.ensureQueryData(authConfigQuery()).then(() => null),
  component: GateLayout,
  errorComponent: ({ error, reset }) => <FailedPage error={error} onRetry={reset} />,
});

const returnSearch = (raw: Raw) => {
  const path = textParam(raw, "return", 1_000);
  return present({
    return: path?.startsWith("/") === true && !path.startsWith("//") ? path : undefined,
    reason: choiceParam(raw, "reason", ["idle", "expired", "changed"]),
  });
};
/** Lists of column names, and keys of rows. */
const LONG_TEXT = 4_000;
const tokenSearch = (raw: Raw) => present({ token: textParam(raw, "token") });

const gatePage = <const P extends string, S extends Raw>(path: P, validateSearch: (raw: Raw) => S, component: RouteComponent) =>
  createRoute({ getParentRoute: () => gate, path, validateSearch: (raw: Raw) => knownOnly(raw, validateSearch(raw)), component });

const gatePages = [
  gatePage(
    "/setup",
    tokenSearch,
    lazyRouteComponent(() => import("./pages/gate/setup-page.tsx"), "SetupPage"),
  ),
  gatePage("/sign-in", returnSearch, SignInPage),
  gatePage(
    "/sign-up",
    (raw) => present({ invitation: textParam(raw, "invitation"), email: textParam(raw, "email") }),
    lazyRouteComponent(() => import("./pages/gate/sign-up-page.tsx"), "SignUpPage"),
  ),
  gatePage(
    "/invitation",
    tokenSearch,
    lazyRouteComponent(() => import("./pages/gate/invitation-page.tsx"), "InvitationPage"),
  ),
  gatePage(
    "/verify-email",
    tokenSearch,
    lazyRouteComponent(() => import("./pages/gate/verify-email-page.tsx"), "VerifyEmailPage"),
  ),
  gatePage(
    "/forgot-password",
    (raw) => present({ email: textParam(raw, "email") }),
    lazyRouteComponent(() => import("./pages/gate/forgot-password-page.tsx"), "ForgotPasswordPage"),
  ),
  gatePage(
    "/reset-password",
    tokenSearch,
    lazyRouteComponent(() => import("./pages/gate/reset-password-page.tsx"), "ResetPasswordPage"),
  ),
  gatePage(
    "/inactive",
    () => ({}),
    lazyRouteComponent(() => import("./pages/gate/inactive-page.tsx"), "InactivePage"),
  ),
  gatePage(
    "/device",
    (raw) => present({ code: textParam(raw, "code", 20) }),
    lazyRouteComponent(() => import("./pages/gate/device-page.tsx"), "DevicePage"),
  ),
  gatePage(
    "/finish",
    returnSearch,
    lazyRouteComponent(() => import("./pages/gate/finish-page.tsx"), "FinishPage"),
  ),
  gatePage(
    "/new-workspace",
    () => ({}),
    lazyRouteComponent(() => import("./pages/gate/new-workspace-page.tsx"), "NewWorkspacePage"),
  ),
] as const;

const docs = createRoute({
  getParentRoute: () => root,
  path: "/api/docs",
  component: lazyRouteComponent(() => import("./pages/reference/reference-page.tsx"), "ReferencePage"),
});

const none = () => ({});

const pages = [
  page("/", none, HomePage),
  page(
    "/people",
    (raw) =>
      present({
        search: textParam(raw, "search", 100),
        role: textParam(raw, "role", 40),
        status: choiceParam(raw, "status", ["active", "inactive"]),
        invite: choiceParam(raw, "invite", ["1"]),
      }),
    lazyRouteComponent(() => import("./pages/people/people-page.tsx"), "PeoplePage"),
  ),
  page(
    "/people/$person",
    (raw) => present({ tab: choiceParam(raw, "tab", ["access", "activity"]) }),
    lazyRouteComponent(() => import("./pages/people/person-page.tsx"), "PersonPage"),
  ),
  page(
    "/groups",
    (raw) => present({ search: textParam(raw, "search", 100) }),
    lazyRouteComponent(() => import("./pages/groups/groups-page.tsx"), "GroupsPage"),
  ),
  page(
    "/groups/$group",
    none,
    lazyRouteComponent(() => import("./pages/groups/group-page.tsx"), "GroupPage"),
  ),
  page(
    "/policies",
    (raw) => present({ q: textParam(raw, "q", 100), effect: choiceParam(raw, "effect", ["allow", "deny", "mask", "filter"]) }),
    lazyRouteComponent(() => import("./pages/policies/policies-page.tsx"), "PoliciesPage"),
  ),
  page(
    "/roles",
    (raw) => present({ search: textParam(raw, "search", 60), edit: textParam(raw, "edit", 60), from: textParam(raw, "from", 60) }),
    lazyRouteComponent(() => import("./pages/roles/roles-page.tsx"), "RolesPage"),
  ),
  page(
    "/api-keys",
    (raw) =>
      present({
        owner: choiceParam(raw, "owner", ["all"]),
        status: choiceParam(raw, "status", ["active", "expired", "revoked"]),
        create: choiceParam(raw, "create", ["1"]),
      }),
    lazyRouteComponent(() => import("./pages/api-keys/api-keys-page.tsx"), "ApiKeysPage"),
  ),
  page(
    "/activity",
    (raw) =>
      present({
        text: textParam(raw, "text", 100),
        area: choiceParam(raw, "area", ["authentication", "administration", "data", "pipelines", "system"]),
        result: choiceParam(raw, "result", ["success", "denied", "failure"]),
        of: choiceParam(raw, "of", ["instance"]),
        days: choiceParam(raw, "days", ["1", "7", "30", "90"]),
        entry: textParam(raw, "entry", 60),
        actor: textParam(raw, "actor", 64),
      }),
    lazyRouteComponent(() => import("./pages/activity/activity-page.tsx"), "ActivityPage"),
  ),
  page(
    "/access-log",
    (raw) =>
      present({
        decision: choiceParam(raw, "decision", ["allowed", "denied"]),
        person: textParam(raw, "person", 60),
        dataset: textParam(raw, "dataset", 60),
        column: textParam(raw, "column", 256),
        action: textParam(raw, "action", 40),
        purpose: textParam(raw, "purpose", 64),
        days: choiceParam(raw, "days", ["1", "7", "30", "90"]),
        entry: textParam(raw, "entry", 60),
      }),
    lazyRouteComponent(() => import("./pages/access-log/access-log-page.tsx"), "AccessLogPage"),
  ),
  page(
    "/jobs",
    (raw) => present({ state: choiceParam(raw, "state", ["queued", "running", "succeeded", "failed", "cancelled"]), name: textParam(raw, "name", 60) }),
    lazyRouteComponent(() => import("./pages/jobs/jobs-page.tsx"), "JobsPage"),
  ),
  page(
    "/jobs/$job",
    none,
    lazyRouteComponent(() => import("./pages/jobs/job-page.tsx"), "JobPage"),
  ),
  page(
    "/settings",
    (raw) => present({ tab: choiceParam(raw, "tab", ["security", "mail", "developers"]) }),
    lazyRouteComponent(() => import("./pages/settings/settings-page.tsx"), "SettingsPage"),
  ),
  page(
    "/profile",
    (raw) => present({ tab: choiceParam(raw, "tab", ["security", "sessions", "preferences"]) }),
    lazyRouteComponent(() => import("./pages/profile/profile-page.tsx"), "ProfilePage"),
  ),
  page(
    "/outbox",
    (raw) => present({ mail: textParam(raw, "mail", 60), status: choiceParam(raw, "status", ["waiting", "sent", "kept", "failed"]) }),
    lazyRouteComponent(() => import("./pages/outbox/outbox-page.tsx"), "OutboxPage"),
  ),
  page(
    "/datasets",
    catalogSearch,
    lazyRouteComponent(() => import("./pages/datasets/datasets-page.tsx"), "DatasetsPage"),
  ),
  page(
    "/import",
    (raw) => present({ dataset: textParam(raw, "dataset", 100) }),
    lazyRouteComponent(() => import("./pages/import/import-page.tsx"), "ImportPage"),
  ),
  page(
    "/datasets/trash",
    none,
    lazyRouteComponent(() => import("./pages/datasets/trash-page.tsx"), "TrashPage"),
  ),
  page(
    "/downloads",
    (raw) => present({ q: textParam(raw, "q", 200), dataset: textParam(raw, "dataset", 100) }),
    lazyRouteComponent(() => import("./pages/downloads/downloads-page.tsx"), "DownloadsPage"),
  ),
  page(
    "/access-requests",
    (raw) => present({ role: choiceParam(raw, "role", ["mine"]) }),
    lazyRouteComponent(() => import("./pages/dataset-sharing/access-requests-page.tsx"), "AccessRequestsPage"),
  ),
  page(
    "/personal-data",
    (raw) => present({ tab: choiceParam(raw, "tab", ["accepted", "refused", "readers", "settings"]) }),
    lazyRouteComponent(() => import("./pages/personal-data/personal-data-page.tsx"), "PersonalDataPage"),
  ),
  page(
    "/datasets/$dataset",
    (raw) =>
      present({
        tab: choiceParam(raw, "tab", ["columns", "privacy", "analytics", "changes", "versions", "loads", "about", "sharing"]),
        compare: textParam(raw, "compare", 30),
        version: textParam(raw, "version"),
        rejects: textParam(raw, "rejects", 60),
        filter: objectParam(raw, "filter"),
        sort: textParam(raw, "sort", LONG_TEXT),
        columns: textParam(raw, "columns", LONG_TEXT),
        q: textParam(raw, "q", 500),
        batch: textParam(raw, "batch", 60),
        row: keyParam(raw, "row", LONG_TEXT),
        cell: textParam(raw, "cell", 500),
        edit: choiceParam(raw, "edit", ["1"]),
      }),
    lazyRouteComponent(() => import("./pages/datasets/dataset-page.tsx"), "DatasetPage"),
  ),
  page(
    "/changes",
    changesSearch,
    lazyRouteComponent(() => import("./pages/changes/changes-page.tsx"), "ChangesPage"),
  ),
  page(
    "/changes/new",
    (raw) => present({ dataset: textParam(raw, "dataset", 64), change: textParam(raw, "change", 64) }),
    lazyRouteComponent(() => import("./pages/change-propose/propose-page.tsx"), "ProposePage"),
  ),
  page(
    "/changes/$change",
    (raw) => ({ ...requestSearch(raw) }),
    lazyRouteComponent(() => import("./pages/changes/change-page.tsx"), "ChangePage"),
  ),
  page(
    "/connections",
    connectionsSearch,
    lazyRouteComponent(() => import("./pages/connections/connections-page.tsx"), "ConnectionsPage"),
  ),
  page(
    "/connections/new",
    newConnectionSearch,
    lazyRouteComponent(() => import("./pages/connections/new-connection-page.tsx"), "NewConnectionPage"),
  ),
  page(
    "/connections/$connection",
    connectionSearch,
    lazyRouteComponent(() => import("./pages/connections/connection-page.tsx"), "ConnectionPage"),
  ),
  page(
    "/pipelines",
    pipelinesSearch,
    lazyRouteComponent(() => import("./pages/pipelines/pipelines-page.tsx"), "PipelinesPage"),
  ),
  page(
    "/pipelines/$pipeline",
    pipelineSearch,
    lazyRouteComponent(() => import("./pages/pipelines/pipeline-page.tsx"), "PipelinePage"),
  ),
  page(
    "/functions",
    functionsSearch,
    lazyRouteComponent(() => import("./pages/functions/functions-page.tsx"), "FunctionsPage"),
  ),
  page(
    "/functions/new",
    none,
    lazyRouteComponent(() => import("./pages/functions/function-page.tsx"), "NewFunctionPage"),
  ),
  page(
    "/functions/$function",
    functionSearch,
    lazyRouteComponent(() => import("./pages/functions/function-page.tsx"), "FunctionPage"),
  ),
  page(
    "/runs",
    runsSearch,
    lazyRouteComponent(() => import("./pages/runs/runs-page.tsx"), "RunsPage"),
  ),
  page(
    "/runs/$run",
    runSearch,
    lazyRouteComponent(() => import("./pages/runs/run-page.tsx"), "RunPage"),
  ),
  page(
    "/pipelines/new",
    newPipelineSearch,
    lazyRouteComponent(() => import("./pages/pipeline-builder/pipeline-builder-page.tsx"), "NewPipelinePage"),
  ),
  page(
    "/pipelines/$pipeline/edit",
    none,
    lazyRouteComponent(() => import("./pages/pipeline-builder/pipeline-builder-page.tsx"), "PipelineBuilderPage"),
  ),
  page(
    "/sql",
    (raw) =>
      present({
        tab: choiceParam(raw, "tab", ["chart", "plan", "history", "saved"]),
        query: textParam(raw, "query", 60),
        saved: textParam(raw, "saved", 60),
        dataset: textParam(raw, "dataset"),
        q: textParam(raw, "q"),
        row: textParam(raw, "row", 20),
        cell: textParam(raw, "cell", 500),
      }),
    lazyRouteComponent(() => import("./pages/sql/sql-page.tsx"), "SqlPage"),
  ),
] as const;

const routeTree = root.addChildren([start, gate.addChildren(gatePages), docs, workspace.addChildren(pages)]);

export const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  defaultPendingComponent: PageSkeleton,
  defaultPendingMs: 150,
  defaultPendingMinMs: 0,
  defaultNotFoundComponent: () => <MissingPage />,
  defaultErrorComponent: ({ error, reset }) => <FailedPage error={error} onRetry={reset} />,
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
