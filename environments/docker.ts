import { execa } from "execa";
import { timeLimits } from "../system/time-limits.ts";
import { kindClusterLabel } from "../providers/kind/constants.ts";

/** Runs a short Docker command and returns what it prints. */
export async function docker(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  timeout: number = timeLimits.dockerCommand,
): Promise<string> {
  const { stdout } = await execa("docker", args, { env, timeout });
  return stdout;
}

/** Lines of a listing with `--format '{{json .}}'`. */
export async function dockerList(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>[]> {
  const output = await docker([...args, "--format", "{{json .}}"], env);
  return output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, string>);
}

/** A container of kind, with what determines its owner. */
export interface NodeContainer {
  readonly name: string;
  /** Name of the kind cluster. */
  readonly cluster: string;
  readonly networks: readonly string[];
  readonly running: boolean;
}

/** Every container that is a node of a kind cluster, whoever created it. */
export async function nodeContainers(
  env: Readonly<Record<string, string>> = {},
): Promise<NodeContainer[]> {
  const rows = await dockerList(["ps", "--all", "--filter", `label=${kindClusterLabel}`], env);
  return rows.map((row) => ({
    name: row["Names"] ?? "",
    cluster: labelValue(row["Labels"] ?? "", kindClusterLabel) ?? "",
    networks: (row["Networks"] ?? "").split(",").filter((name) => name !== ""),
    running: row["State"] === "running",
  }));
}

function labelValue(labels: string, key: string): string | undefined {
  return labels
    .split(",")
    .find((label) => label.startsWith(`${key}=`))
    ?.slice(key.length + 1);
}
