import type { PermissionInfo, Role } from "@granary/protocol";
import { Button, Tooltip } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import Check from "lucide-react/icons/check";
import Plus from "lucide-react/icons/plus";
import { Fragment } from "react";
import { roleMatrixQuery } from "../../api/roles.ts";
import { useMay } from "../../api/session.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { present } from "../../kit/search-params.ts";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { OwnRoles } from "./own-roles.tsx";
import { CreateRole, EditRole } from "./role-editor.tsx";
import classes from "./roles.module.css";

const route = getRouteApi("/w/$workspace/roles");

function byArea(permissions: readonly PermissionInfo[]): readonly (readonly [string, readonly PermissionInfo[]])[] {
  return [...Map.groupBy(permissions, ({ area }) => area)];
}

/** Which role gives which permission: one table, searchable, with the reader's own marked. */
export function RolesPage() {
  const { search, edit, from } = route.useSearch();
  const navigate = route.useNavigate();
  const { data } = useSuspenseQuery(roleMatrixQuery());
  const wanted = search?.toLowerCase() ?? "";
  const shown = data.permissions.filter(({ name, area, text }) => `${name} ${area} ${text}`.toLowerCase().includes(wanted));
  const mayManage = useMay("role:manage");
  const set = (change: { readonly edit?: string; readonly from?: string }) =>
    void navigate({ search: (before) => present({ search: before.search, ...change }), replace: true });
  const editing = data.roles.find((role) => role.name === edit && role.can.update);
  const beginning = mayManage ? data.roles.find((role) => role.name === from) : undefined;
  const mine = data.permissions.filter((permission) => permission.mine).length;
  return (
    <Page wide>
      <PageHeader
        title="Roles"
        text={`${data.roles.length} roles over ${data.permissions.length} permissions. You hold ${mine} of them here. People hold the union of their roles and those of their groups.`}
        actions={
          mayManage && (
            <Button leftSection={<Plus size={15} />} onClick={() => set({ from: "viewer" })}>
              Create a role
            </Button>
          )
        }
      />
      {(mayManage || data.roles.some((role) => !role.builtIn)) && <OwnRoles roles={data.roles} onEdit={(name) => set({ edit: name })} />}
      <FilterBar
        values={{ search }}
        onChange={(change) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true })}
        filters={[{ kind: "text", name: "search", label: "Search permissions" }]}
      />
      {shown.length === 0 ? (
        <EmptyState title="No permission fits" text="Search by its name, such as dataset:read, by its area, or by what it allows." />
      ) : (
        <Matrix roles={data.roles} permissions={shown} />
      )}
      {editing !== undefined && <EditRole key={editing.name} role={editing} roles={data.roles} permissions={data.permissions} onClose={() => set({})} />}
      {beginning !== undefined && (
        <CreateRole roles={data.roles} permissions={data.permissions} from={beginning} onFrom={(name) => set({ from: name })} onClose={() => set({})} />
      )}
    </Page>
  );
}

function Matrix({ roles, permissions }: { readonly roles: readonly Role[]; readonly permissions: readonly PermissionInfo[] }) {
  return (
    <div className={classes.scroll} role="region" aria-label="Permissions by role" tabIndex={0}>
      <table className={classes.matrix}>
        <thead>
          <tr>
            <th scope="col" className={classes.corner}>
              Permission
            </th>
            {roles.map((role) => (
              <th key={role.name} scope="col" className={classes.role}>
                <Tooltip label={role.text} multiline maw={260}>
                  <span tabIndex={0}>{role.title}</span>
                </Tooltip>
                {role.limited && <StatusBadge tone="warn">Limited</StatusBadge>}
                <span className={classes.count}>{role.permissions.length}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {byArea(permissions).map(([area, list]) => (
            <Fragment key={area}>
              <tr>
                <th scope="rowgroup" colSpan={roles.length + 1} className={classes.area}>
                  {area}
                </th>
              </tr>
              {list.map((permission) => (
                <tr key={permission.name} className={classes.row}>
                  <th scope="row" className={classes.permission}>
                    <span className={classes.name}>
                      {permission.name}
                      {permission.mine && <span className={classes.mine}>yours</span>}
                    </span>
                    <span className={classes.text}>{permission.text}</span>
                  </th>
                  {roles.map((role) => (
                    <Cell key={role.name} has={role.permissions.includes(permission.name)} />
                  ))}
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ has }: { readonly has: boolean }) {
  return <td className={classes.cell}>{has ? <Check size={15} aria-label="yes" /> : <span className="g-hidden">no</span>}</td>;
}
