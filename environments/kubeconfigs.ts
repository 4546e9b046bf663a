import { chmod, mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { isMap, isSeq, parseDocument } from "yaml";
import { readKubeconfig } from "../kubernetes/read-kubeconfig.ts";
import { shellQuoted } from "../system/shell-quoted.ts";
import type { Mesh } from "../verification/observe.ts";
import { badInput } from "./command-error.ts";
import {
  kubeconfigOf,
  kubeconfigVariable,
  kubeconfigVariables,
  readEntry,
  writeKubeconfigs,
} from "./runs/kubeconfig.ts";
import { startCommand } from "./runs/run-child.ts";

/**
 * One kubeconfig for a mesh, with a context for each cluster. The first cluster's context is the current one.
 *
 * @param nameOf the name of a cluster's context
 */
export function meshKubeconfig({ clusters }: Mesh, nameOf: (cluster: string) => string): string {
  return kubeconfigOf(
    clusters.map(({ name, ...access }) => {
      const context = access.context;
      if ("kubeconfig" in access) {
        return readEntry(nameOf(name), access.kubeconfig, { context, file: process.cwd() });
      }
      const file = access.kubeconfigPath;
      return readEntry(nameOf(name), readKubeconfig(file), { context, file });
    }),
  );
}

/**
 * Merges the clusters, users and contexts of one kubeconfig into another file. Entries of the same name are
 * replaced. Everything else stays unchanged, including the current context. Nobody else can read the file.
 *
 * @throws CommandError if the file is no kubeconfig; nothing is written then
 */
export async function mergeKubeconfig(text: string, named: string): Promise<void> {
  // The target of a symbolic link, not the link.
  const file = await realpath(named).catch(() => named);
  const there = await readFile(file, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  });
  const merged = there.trim() === "" ? text : mergedText(there, text, file);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  // kubectl may read it at any moment.
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, merged, { mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, file);
}

function mergedText(into: string, from: string, file: string): string {
  // With this schema every scalar is text, and is written as it was read.
  const [document, other] = [into, from].map((text) => parseDocument(text, { schema: "failsafe" }));
  if (document === undefined || other === undefined) return from;
  if (document.errors.length > 0 || !isMap(document.contents)) {
    throw badInput(`${file} can't be read as a kubeconfig: nothing was changed`);
  }
  for (const list of ["clusters", "users", "contexts"]) {
    const added = other.get(list);
    if (!isSeq(added)) continue;
    const names = added.items.map((one) => (isMap(one) ? one.get("name") : undefined));
    const kept = document.get(list);
    const rest = isSeq(kept)
      ? kept.items.filter((one) => !isMap(one) || !names.includes(one.get("name")))
      : [];
    if (isSeq(kept)) kept.items = [...rest, ...added.items];
    else document.set(list, added);
  }
  const current = document.get("current-context");
  if (current === undefined || current === "") {
    document.set("current-context", other.get("current-context"));
  }
  return document.toString({ lineWidth: 0 });
}

/** The file that kubectl itself writes to. */
export function usualKubeconfig(env: NodeJS.ProcessEnv, home: string): string {
  const [first] = (env["KUBECONFIG"] ?? "").split(path.delimiter).filter((file) => file !== "");
  return first === undefined ? path.join(home, ".kube", "config") : path.resolve(first);
}

/** Lines for `eval` in a POSIX shell: the kubeconfig files of a mesh, all together and each on its own. */
export function shellLines({ clusters }: Mesh): string {
  const files = clusters.flatMap((access) =>
    "kubeconfigPath" in access ? [{ name: access.name, file: access.kubeconfigPath }] : [],
  );
  const all = [...new Set(files.map(({ file }) => file))].join(path.delimiter);
  return [
    `export KUBECONFIG=${shellQuoted(all)}`,
    ...files.map(({ name, file }) => `export ${kubeconfigVariable(name)}=${shellQuoted(file)}`),
  ].join("\n");
}

/**
 * Runs a command with this process's own input and output, and with variables for the kubeconfigs of a mesh. The files
 * exist only as long as the command runs.
 *
 * @returns its exit code
 */
export async function inShell(mesh: Mesh, command: readonly string[]): Promise<number> {
  const directory = await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-shell-"));
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  try {
    const kubeconfigs = await writeKubeconfigs(mesh, directory);
    const started = startCommand(command, {
      ...(process.env as Record<string, string>),
      ...kubeconfigVariables(kubeconfigs),
    });
    const forward = (signal: NodeJS.Signals): void => started.forward(signal);
    for (const signal of signals) process.on(signal, forward);
    try {
      return await started.ended;
    } finally {
      for (const signal of signals) process.off(signal, forward);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
