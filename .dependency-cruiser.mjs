/*
 * What may import what. A layer imports itself and the layers named with it; docs/architecture.md draws the picture.
 * Tests, scripts and the benchmark may import all of them.
 */
const layers = {
  system: [],
  planning: ["system"],
  diagram: ["planning"],
  kubernetes: ["planning", "system"],
  linkerd: ["kubernetes", "planning", "system"],
  "policy-pack": [],
  sdks: [],
  providers: ["linkerd", "kubernetes", "planning", "system"],
  components: ["sdks", "linkerd", "planning", "system"],
  verification: ["diagram", "linkerd", "kubernetes", "planning", "system"],
  ui: ["verification", "linkerd", "kubernetes", "planning", "system"],
  toolchain: ["planning", "system"],
  environments: [
    "components",
    "diagram",
    "kubernetes",
    "linkerd",
    "planning",
    "providers",
    "system",
    "toolchain",
    "ui",
    "verification",
  ],
  plugin: ["environments", "components", "planning", "providers", "sdks", "system"],
};
const all = Object.keys(layers).join("|");

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...Object.entries(layers).map(([layer, below]) => ({
      name: `layer-${layer}`,
      severity: "error",
      comment: `${layer}/ may import: ${[layer, ...below].join(", ")}.`,
      from: { path: `^${layer}/` },
      to: { path: `^(${all}|test|bench|scripts)/`, pathNot: `^(${[layer, ...below].join("|")})/` },
    })),
    {
      name: "no-circle",
      severity: "error",
      comment: "A type that two files need has a file of its own.",
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    includeOnly: `^(${all}|test|bench|scripts)/|^(commands|index|library|policies|testing)\\.ts$`,
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".tsx", ".mjs", ".js", ".json"] },
  },
};
