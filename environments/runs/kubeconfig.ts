import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { readKubeconfig } from "../../kubernetes/read-kubeconfig.ts";
import { pathsOfUser } from "../../planning/clusters/kubeconfig.ts";
import { pluginPath } from "../../planning/clusters/plugin-path.ts";
import type { Mesh } from "../../verification/index.ts";
import { writeYaml } from "../yaml-file.ts";

export interface RunKubeconfigs {
  /** One file with a context per cluster, named after it. The first cluster's is the current one. */
  readonly merged: string;
  /** A separate file for each cluster, with a context of the cluster's name. */
  readonly clusters: Readonly<Record<string, string>>;
}

interface Named {
  readonly name?: string;
  readonly [key: string]: unknown;
}

interface Kubeconfig {
  readonly "current-context"?: string;
  readonly clusters?: readonly Named[];
  readonly users?: readonly Named[];
  readonly contexts?: readonly Named[];
}

/** A cluster, a user and a context of one name. */
interface Entry {
  readonly name: string;
  readonly cluster: object;
  readonly user: object;
  readonly namespace: string | undefined;
}

/** Writes the kubeconfigs of a mesh into a directory. Nobody else can read them. */
export async function writeKubeconfigs(mesh: Mesh, directory: string): Promise<RunKubeconfigs> {
  const entries = mesh.clusters.map(({ name, ...access }) => {
    if (!("kubeconfigPath" in access))
      throw new Error(`the cluster ${name} has no kubeconfig file`);
    const text = readKubeconfig(access.kubeconfigPath);
    return readEntry(name, text, { context: access.context, file: access.kubeconfigPath });
  });
  const separate = path.join(directory, "kubeconfigs");
  await mkdir(separate, { recursive: true, mode: 0o700 });
  const clusters: Record<string, string> = {};
  for (const entry of entries) {
    const file = path.join(separate, `${entry.name}.yaml`);
    await writeFile(file, kubeconfigOf([entry]), { mode: 0o600 });
    clusters[entry.name] = file;
  }
  const merged = path.join(directory, "kubeconfig");
  await writeFile(merged, kubeconfigOf(entries), { mode: 0o600 });
  return { merged, clusters };
}

/**
 * One context of a kubeconfig, under another name.
 *
 * @param from the context, by default the current one, and the file that relative paths start from
 * @throws Error whose message contains nothing of the content
 */
export function readEntry(
  name: string,
  text: string,
  from: { readonly context?: string | undefined; readonly file: string },
): Entry {
  let config: Kubeconfig;
  try {
    config = (parse(text) ?? {}) as Kubeconfig;
  } catch {
    // The parser's own message quotes the line that it couldn't parse: a key or a token.
    throw new Error(`the kubeconfig ${from.file} can't be read as YAML`);
  }
  const find = (list: readonly Named[] | undefined, wanted: unknown, key: string): Named => {
    const found = list?.find((one) => one.name === wanted)?.[key];
    if (typeof found === "object" && found !== null) return found as Named;
    throw new Error(`the kubeconfig ${from.file} has no ${key} ${JSON.stringify(wanted)}`);
  };
  const wanted = from.context ?? config["current-context"];
  const context = find(config.contexts, wanted, "context");
  const directory = path.dirname(from.file);
  const namespace = context["namespace"];
  return {
    name,
    cluster: withAbsolute(find(config.clusters, context["cluster"], "cluster"), directory, [
      "certificate-authority",
    ]),
    user: withPlugin(
      withAbsolute(find(config.users, context["user"], "user"), directory, pathsOfUser),
      directory,
    ),
    namespace: typeof namespace === "string" ? namespace : undefined,
  };
}

function withPlugin(user: Named, directory: string): object {
  const { exec } = user as { readonly exec?: { readonly command?: unknown } };
  if (typeof exec?.command !== "string") return user;
  return { ...user, exec: { ...exec, command: pluginPath(exec.command, directory) } };
}

function withAbsolute(object: Named, directory: string, keys: readonly string[]): Named {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) =>
      keys.includes(key) && typeof value === "string"
        ? [key, path.resolve(directory, value)]
        : [key, value],
    ),
  );
}

/** A kubeconfig. The first entry is the current context. */
export function kubeconfigOf(entries: readonly Entry[]): string {
  return writeYaml({
    apiVersion: "v1",
    kind: "Config",
    "current-context": entries[0]?.name ?? "",
    clusters: entries.map(({ name, cluster }) => ({ name, cluster })),
    users: entries.map(({ name, user }) => ({ name, user })),
    contexts: entries.map(({ name, namespace }) => ({
      name,
      context: { cluster: name, user: name, ...(namespace !== undefined && { namespace }) },
    })),
  });
}

/** Environment variable with the kubeconfig of one cluster: `KUBECONFIG_US_EAST` for `us-east`. */
export function kubeconfigVariable(cluster: string): string {
  return `KUBECONFIG_${cluster.toUpperCase().replaceAll("-", "_")}`;
}

/** The environment variables with which a command finds the clusters of a mesh. */
export function kubeconfigVariables({
  merged,
  clusters,
}: RunKubeconfigs): Readonly<Record<string, string>> {
  return {
    ...Object.fromEntries(
      Object.entries(clusters).map(([cluster, file]) => [kubeconfigVariable(cluster), file]),
    ),
    KUBECONFIG: merged,
  };
}
