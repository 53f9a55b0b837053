import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { EXIT_CODES } from "../../apps/cli/src/exit-codes.ts";
import { describedCommands } from "./cli-page.ts";

const page = readFileSync(new URL("../../docs/reference/cli.md", import.meta.url), "utf8");

test("the reference has a section for every command with every option, and none for what is no command", () => {
  const commands = describedCommands();
  expect(commands.length).toBeGreaterThan(30);
  const headings = [...page.matchAll(/^### `([a-z- ]+?)(?: [<[].*)?`$/gm)].map(([, path]) => path);
  expect(headings).toEqual(commands.map(({ path }) => path));
  for (const { command, path } of commands) {
    const [, section = ""] = page.split(new RegExp(`^### \`${path}(?: [<[].*)?\`$`, "m"));
    const own = section.split("\n#", 1)[0] ?? "";
    for (const option of command.options) expect(own).toContain(option.flags.replaceAll("|", "\\|"));
  }
});

test("the reference names every exit code", () => {
  for (const [code, meaning] of Object.values(EXIT_CODES)) expect(page).toContain(`| ${code} | ${meaning} |`);
});
