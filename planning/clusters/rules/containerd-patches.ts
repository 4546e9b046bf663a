import { parse, TomlError } from "smol-toml";
import type { RuleProblem } from "../../topology/problem.ts";
import type { RuleInput } from "../../topology/rule-input.ts";
import type { Draft } from "../../topology/shape.ts";
import type { ClusterSpec } from "../../topology.ts";

/**
 * Checks for patches that kind or containerd would refuse: the nodes would be created and never become ready.
 */
export function* containerdPatchRules({ clusters }: RuleInput): Iterable<RuleProblem> {
  for (const { isKind, path, spec } of clusters) {
    if (!isKind) continue;
    for (const problem of checkContainerdPatches(spec)) {
      yield { ...problem, path: [...path, ...problem.path] };
    }
  }
}

/** The same for the kind provider, which has the patches without the topology. */
export function* checkContainerdPatches(
  spec: Draft<Pick<ClusterSpec, "containerdConfigPatches" | "nodeImage" | "registryMirrors">>,
): Iterable<RuleProblem> {
  const patches = (spec.containerdConfigPatches ?? []).map((text) => readPatch(text ?? ""));
  // kind's own images have it. Of another image that is unknown, unless the topology asks for it here.
  const hasDirectory =
    spec.nodeImage === undefined ||
    Object.keys(spec.registryMirrors ?? {}).length > 0 ||
    patches.some((patch) => typeof patch !== "string" && registries(patch).some(hasConfigPath));
  for (const [index, patch] of patches.entries()) {
    const at = ["containerdConfigPatches", index];
    if (typeof patch === "string") {
      yield { path: at, message: patch, fix: 'write TOML, such as [debug] and level = "debug"' };
    } else if (hasDirectory && registries(patch).some(hasMirrors)) {
      yield {
        path: at,
        message:
          "sets registry.mirrors or the TLS settings of a registry, which containerd refuses beside " +
          "registry.config_path: no node would become ready",
        fix: "write registryMirrors in its place",
      };
    }
  }
}

type Table = Readonly<Record<string, unknown>>;

/** The patch, or why it is invalid. */
function readPatch(text: string): Table | string {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const why = error.message.split("\n")[0]?.replace(/^Invalid TOML document: /, "") ?? "";
    return `line ${error.line} of the patch is not TOML: ${why}`;
  }
}

/** The registries' settings, under each name that containerd's plugin has had. */
function registries(patch: Table): Table[] {
  return Object.values(tableAt(patch, "plugins")).map((plugin) => tableAt(plugin, "registry"));
}

function hasConfigPath(registry: Table): boolean {
  return typeof registry["config_path"] === "string" && registry["config_path"] !== "";
}

function hasMirrors(registry: Table): boolean {
  return (
    Object.keys(tableAt(registry, "mirrors")).length > 0 ||
    Object.values(tableAt(registry, "configs")).some((one) => "tls" in tableOf(one))
  );
}

function tableAt(value: unknown, key: string): Table {
  return tableOf(tableOf(value)[key]);
}

function tableOf(value: unknown): Table {
  return typeof value === "object" && value !== null ? (value as Table) : {};
}
