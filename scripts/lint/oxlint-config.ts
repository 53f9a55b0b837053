import { ADVICE, LAYER_FOLDERS, LAYERS, type Layer } from "./layers.ts";

/** oxlint's regex engine has no look-ahead, and drops a pattern it cannot read without a word. */
type RestrictedPattern = { readonly message: string } & ({ readonly regex: string } | { readonly group: readonly string[] });
type Rules = Record<string, unknown>;
type Override = { readonly files: readonly string[]; readonly rules: Rules };

const TEST_FILES = ["**/*.test.ts", "**/*.test.tsx", "**/test/**", "packages/testkit/**"];
const GENERATED_FILES = ["**/*.gen.ts", "**/generated/**", "**/migrations/**", "**/golden/**"];

const OWN_INDEX: RestrictedPattern = {
  regex: "^(\\./|(\\.\\./)+)index\\.tsx?$",
  message: "Nobody inside a folder imports its own index: import the sibling file that holds the name.",
};
const ACROSS_PACKAGES: RestrictedPattern = {
  regex: "^(\\.\\./)+(packages|apps|kernel|protocol|client|db|engine|lake|jobs|testkit|server|cli)/(.*/)?src(/|$)",
  message: "Import another package by its name (@granary/<package>), never by a relative path.",
};
/** One name behind the package's is an entry its package.json exports; anything deeper is its inside. */
const DEEP_IMPORT: RestrictedPattern = {
  regex: "^@granary/[a-z]+/(src(/|$)|[^/]+/)",
  message: "Import a package through its index (@granary/<package>) or an entry it exports; export there what others need.",
};
const layerPattern = (layer: Layer, extra: readonly string[] = []): RestrictedPattern => {
  const allowed: readonly string[] = [layer, ...LAYERS[layer], ...extra];
  const refused = Object.keys(LAYERS).filter((name) => !allowed.includes(name));
  return { regex: `^@granary/(${refused.join("|")})(/|$)`, message: ADVICE[layer] };
};
const featurePattern = (depth: number): RestrictedPattern => ({
  group: [`${"../".repeat(depth)}*/**`, `!${"../".repeat(depth)}*/index.ts`],
  message: "Features meet through the other feature's index.ts: import that, and export there what you need.",
});

const restrict = (patterns: readonly RestrictedPattern[]): Rules => ({ "no-restricted-imports": ["error", { patterns }] });

const sourceOverride = (layer: Layer): Override => ({
  files: [`${LAYER_FOLDERS[layer]}/**`],
  rules: restrict([layerPattern(layer), OWN_INDEX, ACROSS_PACKAGES, DEEP_IMPORT]),
});

/** Tests may reach for the testkit and for everything the testkit stands on, and may enter by their own index. */
const testOverride = (layer: Layer): Override => ({
  files: [`${LAYER_FOLDERS[layer]}/**/*.test.ts`, `${LAYER_FOLDERS[layer]}/**/*.test.tsx`, `${LAYER_FOLDERS[layer]}/test/**`],
  rules: restrict([layerPattern(layer, layer === "web" ? [] : ["testkit", ...LAYERS.testkit]), ACROSS_PACKAGES, DEEP_IMPORT]),
});

const featureOverride = (depth: number): Override => ({
  files: [`packages/core/src/${"*/".repeat(depth)}*.ts`],
  rules: restrict([layerPattern("core"), OWN_INDEX, ACROSS_PACKAGES, DEEP_IMPORT, featurePattern(depth)]),
});

const functionLength = (max: number): unknown => ["error", { max, skipBlankLines: false, skipComments: false, IIFEs: true }];

const BASE_RULES: Rules = {
  "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", caughtErrorsIgnorePattern: "^_" }],
  "no-var": "error",
  "prefer-const": "error",
  eqeqeq: ["error", "always", { null: "ignore" }],
  "no-empty": "error",
  "max-lines": ["error", { max: 400, skipBlankLines: false, skipComments: false }],
  "max-lines-per-function": functionLength(60),
  "max-params": ["error", { max: 4 }],
  complexity: ["error", { max: 12 }],
  "max-depth": ["error", { max: 4 }],
  "import/no-cycle": ["error", { ignoreTypes: true }],
  "typescript/no-explicit-any": "error",
  "typescript/ban-ts-comment": "error",
  "typescript/no-namespace": "error",
  "typescript/consistent-type-imports": "error",
  "typescript/no-floating-promises": "error",
  "typescript/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
  "typescript/await-thenable": "error",
  // A promise returned from below `using` or `try` ends after what it needs was disposed of, and past the catch.
  "typescript/return-await": ["error", "error-handling-correctness-only"],
  "typescript/only-throw-error": "error",
  "typescript/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
  "typescript/restrict-template-expressions": "off",
  "typescript/unbound-method": "off",
  "typescript/no-base-to-string": "off",
  "typescript/no-redundant-type-constituents": "off",
  "typescript/no-misused-spread": ["error", { allow: ["string"] }],
  // SQL's CASE has a branch called "then".
  "unicorn/no-thenable": "off",
  "vitest/require-to-throw-message": "off",
  "vitest/valid-expect": ["error", { maxArgs: 2 }],
  "no-control-regex": "off",
};

/** One file reads the environment; everything below the composition root is given typed configuration. */
const ENVIRONMENT_RULE: Rules = {
  "no-restricted-properties": [
    "error",
    { object: "process", property: "env", message: "Only apps/server/src/config.ts reads the environment: take a typed setting from the context instead." },
  ],
};

const TEST_RULES: Rules = {
  "max-lines": ["error", { max: 800, skipBlankLines: false, skipComments: false }],
  "max-lines-per-function": "off",
  "no-restricted-properties": "off",
  "vitest/no-focused-tests": "error",
  "vitest/no-disabled-tests": "error",
};

const GENERATED_RULES: Rules = { "max-lines": "off", "max-lines-per-function": "off", "max-params": "off", complexity: "off", "max-depth": "off" };

const REACT_RULES: Rules = {
  "max-lines-per-function": functionLength(120),
  "react/rules-of-hooks": "error",
  "react/exhaustive-deps": "error",
  "react/jsx-key": "error",
  "react/no-danger": "error",
};

/**
 * The linter's configuration as data. Order matters: a later override replaces a rule set by an earlier one,
 * which is why tests come after sources and generated files last.
 */
function oxlintConfig(): Record<string, unknown> {
  const layers = Object.keys(LAYERS) as Layer[];
  return {
    $schema: "./node_modules/oxlint/configuration_schema.json",
    plugins: ["typescript", "oxc", "unicorn", "import", "promise", "react", "vitest"],
    categories: { correctness: "error" },
    options: { typeAware: true, reportUnusedDisableDirectives: "error" },
    ignorePatterns: ["**/dist/**", "**/node_modules/**", ".cache/**", ".granary/**", "samples/**"],
    rules: BASE_RULES,
    overrides: [
      ...layers.map(sourceOverride),
      featureOverride(1),
      featureOverride(2),
      { files: ["packages/**", "apps/server/**"], rules: ENVIRONMENT_RULE },
      { files: ["apps/server/src/config.ts", "apps/server/src/main.ts", "apps/server/src/admin/main.ts"], rules: { "no-restricted-properties": "off" } },
      { files: ["apps/web/**/*.tsx"], rules: REACT_RULES },
      { files: TEST_FILES, rules: TEST_RULES },
      ...layers.filter((layer) => layer !== "testkit").map(testOverride),
      { files: GENERATED_FILES, rules: GENERATED_RULES },
    ],
  };
}

/** The text of `.oxlintrc.json`. */
export function oxlintConfigText(): string {
  return `// Generated by scripts/lint/oxlint-config.ts; change that file and run: node scripts/generated.ts --write\n${JSON.stringify(oxlintConfig(), null, 2)}\n`;
}
