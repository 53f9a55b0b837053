import type { ConfigSchema, ConfigValues } from "@granary/protocol";
import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen, within } from "@testing-library/react";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { theme } from "../../theme/theme.ts";
import type { ConfigIssue } from "./check-config.ts";
import { ConfigForm } from "./config-form.tsx";
import { startValues } from "./config-values.ts";

interface Shown {
  readonly stored?: ConfigValues;
  readonly issues?: readonly ConfigIssue[];
  readonly isTried?: boolean;
}

function show(schema: ConfigSchema, { stored = {}, ...props }: Shown = {}) {
  const onChange = vi.fn<(values: ConfigValues) => void>();
  function Holder() {
    const [values, setValues] = useState(() => startValues(schema, stored));
    return (
      <ConfigForm
        schema={schema}
        values={values}
        onChange={(next) => {
          onChange(next);
          setValues(next);
        }}
        {...props}
      />
    );
  }
  render(
    <MantineProvider theme={theme} env="test">
      <Holder />
    </MantineProvider>,
  );
  return () => onChange.mock.lastCall?.[0];
}

const of = (properties: NonNullable<ConfigSchema["properties"]>, rest: Partial<ConfigSchema> = {}): ConfigSchema => ({ type: "object", properties, ...rest });
const type = (label: string | RegExp, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));

describe("plain fields", () => {
  it("are labelled, described, and show examples as placeholders", () => {
    const last = show(of({ host: { type: "string", title: "Host", description: "Where it listens", examples: ["db.example.com"] } }));
    const host = screen.getByLabelText<HTMLInputElement>("Host");
    expect(host.placeholder).toBe("db.example.com");
    expect(screen.getByText("Where it listens")).toBeDefined();
    type("Host", "localhost");
    expect(last()).toEqual({ host: "localhost" });
    type("Host", "");
    expect(last()).toEqual({});
  });

  it("take numbers, yes and no, and long texts", () => {
    const last = show(
      of({
        port: { type: "integer", title: "Port", default: 5432 },
        ssl: { type: "boolean", title: "Encrypt" },
        key: { type: "string", title: "Key", multiline: true },
      }),
    );
    expect(screen.getByLabelText<HTMLInputElement>("Port").value).toBe("5432");
    type("Port", "6432");
    fireEvent.click(screen.getByLabelText("Encrypt"));
    expect(screen.getByLabelText("Key").tagName).toBe("TEXTAREA");
    expect(last()).toEqual({ port: 6432, ssl: true });
  });

  it("offer the values of an enum by their titles", () => {
    const last = show(of({ mode: { type: "string", title: "Mode", enum: ["r", "w"], enumTitles: ["Read", "Write"], display: "radio" } }));
    fireEvent.click(screen.getByRole("radio", { name: "Write" }));
    expect(last()).toEqual({ mode: "w" });
  });

  it("take any JSON for an object without fields, and hold back what cannot be read", () => {
    const last = show(of({ extra: { type: "object", title: "Extra" } }));
    type("Extra", '{"a": 1}');
    expect(last()).toEqual({ extra: { a: 1 } });
    type("Extra", '{"a": ');
    expect(screen.getByText(/not JSON yet/)).toBeDefined();
    expect(last()).toEqual({ extra: { a: 1 } });
  });

  it("are not asked for when hidden, and only with the sibling that asks for them", () => {
    show(
      of({
        version: { type: "string", hidden: true, default: "1" },
        tunnel: { type: "boolean", title: "Tunnel" },
        jump: { type: "string", title: "Jump host", showWhen: { field: "tunnel", in: [true] } },
      }),
    );
    expect(screen.queryByLabelText("Version")).toBeNull();
    expect(screen.queryByLabelText("Jump host")).toBeNull();
    fireEvent.click(screen.getByLabelText("Tunnel"));
    expect(screen.getByLabelText("Jump host")).toBeDefined();
  });
});

describe("groups", () => {
  it("are cards in their order, each named", () => {
    show(
      of(
        { a: { type: "string", title: "A", group: "two" }, b: { type: "string", title: "B", group: "one" } },
        {
          groups: [
            { id: "one", title: "Server" },
            { id: "two", title: "Access" },
          ],
        },
      ),
    );
    expect(screen.getAllByRole("heading").map(({ textContent }) => textContent)).toEqual(["Server", "Access"]);
    expect(within(screen.getByRole("region", { name: "Access" })).getByLabelText("A")).toBeDefined();
  });

  it("keep optional fields behind a button until one says something", () => {
    const schema = of({ a: { type: "string", title: "A" }, b: { type: "string", title: "B" }, c: { type: "string", title: "C" } }, { required: ["a"] });
    show(schema);
    expect(screen.queryByLabelText("B")).toBeNull();
    press("More settings (2)");
    expect(screen.getByLabelText("B")).toBeDefined();
    expect(screen.getByRole("button", { name: "Fewer settings" }).getAttribute("aria-expanded")).toBe("true");
  });

  it("show optional fields at once where one is set or wrong", () => {
    const schema = of({ a: { type: "string", title: "A" }, b: { type: "string", title: "B" }, c: { type: "string", title: "C" } }, { required: ["a"] });
    show(schema, { stored: { c: "set" } });
    expect(screen.getByLabelText("B")).toBeDefined();
  });

  it("open for a fault the server found in them", () => {
    const schema = of({ a: { type: "string", title: "A" }, b: { type: "string", title: "B" }, c: { type: "string", title: "C" } }, { required: ["a"] });
    show(schema, { issues: [{ path: "b", message: "is taken" }] });
    expect(screen.getByText("Is taken.")).toBeDefined();
  });
});

describe("secrets", () => {
  const schema = of({ password: { type: "string", secret: true, title: "Password" } });

  it("that are kept are never shown: they stay, are replaced, or are taken away", () => {
    const last = show(schema, { stored: { password: { secret: true } } });
    expect(screen.getByText("Kept, encrypted")).toBeDefined();
    expect(screen.queryByLabelText("Password", { selector: "input" })).toBeNull();
    press("Replace the password");
    fireEvent.change(screen.getByLabelText("Password", { selector: "input" }), { target: { value: "new" } });
    expect(last()).toEqual({ password: "new" });
    press("Keep the one before");
    expect(last()).toEqual({ password: { secret: true } });
    press("Clear the password");
    expect(last()).toEqual({ password: null });
    expect(screen.getByText("Taken away when you save")).toBeDefined();
    press("Keep the one before");
    expect(last()).toEqual({ password: { secret: true } });
  });

  it("cannot be taken away where one is needed", () => {
    show({ ...schema, required: ["password"] }, { stored: { password: { secret: true } } });
    expect(screen.queryByRole("button", { name: "Clear the password" })).toBeNull();
  });

  it("are typed unseen", () => {
    show(schema);
    const field = screen.getByLabelText<HTMLInputElement>("Password", { selector: "input" });
    expect([field.type, field.autocomplete]).toEqual(["password", "new-password"]);
  });
});

describe("choices", () => {
  const branch = (kind: string, title: string, name: string): ConfigSchema => ({
    type: "object",
    title,
    properties: { kind: { type: "string", const: kind }, [name]: { type: "string", title: name } },
    required: [name],
  });

  it("show the fields of the chosen one alone", () => {
    const last = show(
      of({
        auth: { type: "object", title: "Sign-in", display: "radio", oneOf: [branch("basic", "Name and password", "user"), branch("key", "Key", "token")] },
      }),
    );
    expect(screen.getByLabelText(/user/)).toBeDefined();
    fireEvent.click(screen.getByRole("radio", { name: "Key" }));
    expect(screen.queryByLabelText(/user/)).toBeNull();
    type(/token/, "t1");
    expect(last()).toEqual({ auth: { kind: "key", token: "t1" } });
  });
});

describe("lists", () => {
  it("of texts grow and shrink", () => {
    const last = show(of({ hosts: { type: "array", title: "Hosts", items: { type: "string" }, maxItems: 2 } }));
    press("Add to Hosts");
    type("Hosts 1", "a");
    press("Add to Hosts");
    type("Hosts 2", "b");
    expect(last()).toEqual({ hosts: ["a", "b"] });
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Add to Hosts" }).disabled).toBe(true);
    press("Take away Hosts 1");
    expect(last()).toEqual({ hosts: ["b"] });
  });

  it("of objects have a card each", () => {
    const last = show(
      of({ headers: { type: "array", title: "Headers", items: of({ name: { type: "string", title: "Name" }, value: { type: "string", title: "Value" } }) } }),
    );
    press("Add to Headers");
    type("Name", "X-A");
    type("Value", "1");
    expect(last()).toEqual({ headers: [{ name: "X-A", value: "1" }] });
    press("Take away Headers X-A");
    expect(last()).toEqual({});
  });
});

describe("faults", () => {
  const schema = of(
    { host: { type: "string", title: "Host", format: "hostname" }, port: { type: "integer", title: "Port", minimum: 1, maximum: 10 } },
    { required: ["host", "port"] },
  );

  it("wait until a field was left", () => {
    show(schema);
    expect(screen.queryByText("Enter the host.")).toBeNull();
    fireEvent.blur(screen.getByLabelText(/Host/));
    expect(screen.getByText("Enter the host.")).toBeDefined();
    expect(screen.getByLabelText(/Host/).getAttribute("aria-invalid")).toBe("true");
    expect(screen.queryByText("Enter the port.")).toBeNull();
  });

  it("are all shown once somebody tried to save", () => {
    show(schema, { isTried: true });
    expect(screen.getByText("Enter the host.")).toBeDefined();
    expect(screen.getByText("Enter the port.")).toBeDefined();
  });

  it("of the server stand at their field until it is changed, the others above", () => {
    const issues = [
      { path: "host", message: "is unknown" },
      { path: "driver", message: "is missing" },
    ];
    show(schema, { issues, stored: { host: "db" } });
    expect(screen.getByText("Is unknown.")).toBeDefined();
    expect(screen.getByRole("alert").textContent).toContain("driver");
    type(/Host/, "db2");
    expect(screen.queryByText("Is unknown.")).toBeNull();
  });
});
