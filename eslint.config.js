import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules/", "dist/", "sdks/", "**/*.js", "**/*.cjs", "**/*.mjs"] },
  ...tseslint.configs.strictTypeChecked,
  {
    // One program for all files: an editor's service, which takes them one by one, needs two thirds more.
    languageOptions: {
      parserOptions: {
        project: ["tsconfig.json", "ui/web/tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // The name that editors show for the type of a schema.
      "@typescript-eslint/no-empty-object-type": [
        "error",
        { allowInterfaces: "with-single-extends" },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // node:test returns promises that its runner awaits.
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            {
              from: "package",
              package: "node:test",
              name: [
                "test",
                "describe",
                "it",
                "suite",
                "before",
                "after",
                "beforeEach",
                "afterEach",
              ],
            },
          ],
        },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      // The npm package runs on Node.js 20, whose types nothing here is checked against.
      "no-restricted-properties": [
        "error",
        ...["validFromDate", "validToDate"].map((property) => ({
          property,
          message:
            "Node.js 22.10; use validFrom and validTo of planning/trust/certificates/validity.ts.",
        })),
        ...[
          ["Promise", "withResolvers"],
          ["Array", "fromAsync"],
          ["Object", "groupBy"],
          ["Map", "groupBy"],
        ].map(([object, property]) => ({
          object,
          property,
          message: "Node.js 20 does not have it.",
        })),
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "Named exports only." },
        {
          selector:
            "CallExpression[callee.object.name='assert'] > CallExpression[callee.property.name='every']",
          message: "It holds for an empty list: use assertEach of test/assert-each.ts.",
        },
      ],
    },
  },
  {
    // Planning is pure: it knows nothing of Pulumi, of clusters or of processes.
    files: ["planning/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: ["@pulumi/*", "@kubernetes/*", "execa", "node:child_process", "node:net"] },
      ],
    },
  },
);
