import { readdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { docker, dockerList } from "../../environments/docker.ts";
import { stateDirectory } from "../../environments/paths.ts";
import { processTraces } from "./process-traces.ts";

/** Names that only tests give: of topologies, clusters, networks and temporary directories. */
const testPrefixes = [
  "e2e-",
  "ktest-",
  "engine-test-",
  "linkerd-topology-e2e-",
  "linkerd-topology-ktest-",
];

/** Pulumi's Kubernetes provider writes an administrator's kubeconfig for every Helm release. */
const ofPulumi = /^kubeconfig\d+$/;

/**
 * Containers, networks, processes and files on this machine that bear such a name, those in the state
 * directory among them: stacks, runs, kubeconfigs. What the tests left is what is there after them and was
 * not before: an older one is somebody's, or an earlier run's.
 */
export async function findTraces(): Promise<string[]> {
  const isOfTests = (name: string): boolean =>
    testPrefixes.some((prefix) => name.startsWith(prefix));
  const reachable = await docker(["version"]).then(
    () => true,
    () => false,
  );
  const [containers, networks] = reachable
    ? await Promise.all([dockerList(["ps", "--all"]), dockerList(["network", "ls"])])
    : [[], []];
  const temporary = await readdir(os.tmpdir());
  // Tests have state directories of their own; this is where one that forgets it would leave things.
  const state = stateDirectory();
  const kept = await readdir(state, { recursive: true }).catch(() => []);
  return [
    ...containers
      .map((row) => row["Names"] ?? "")
      .filter(isOfTests)
      .map((name) => `container ${name}`),
    ...networks
      .map((row) => row["Name"] ?? "")
      .filter(isOfTests)
      .map((name) => `Docker network ${name}`),
    ...temporary
      .filter((name) => isOfTests(name) || ofPulumi.test(name))
      .map((name) => `file ${path.join(os.tmpdir(), name)}`),
    ...kept
      .filter((name) => isOfTests(path.basename(name)))
      .map((name) => `file ${path.join(state, name)}`),
    ...(await processTraces(isOfTests)),
  ];
}

/** What the tests left, by what was found before and after them. */
export function leaksBetween(before: readonly string[], after: readonly string[]): string[] {
  const known = new Set(before);
  return after.filter((trace) => !known.has(trace));
}
