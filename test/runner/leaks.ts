import { readdir, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { docker, dockerList } from "../../environments/docker.ts";

/** Names that only tests give: of topologies, clusters, networks and temporary directories. */
const testPrefixes = [
  "e2e-",
  "ktest-",
  "engine-test-",
  "linkerd-topology-e2e-",
  "linkerd-topology-ktest-",
  "bench-",
  "linkerd-topology-bench-",
];

/** Pulumi's Kubernetes provider writes an administrator's kubeconfig for every Helm release. */
const ofPulumi = /^kubeconfig\d+$/;

/**
 * Containers, networks and files of tests that are still on this machine.
 *
 * @param since - when the tests began, in milliseconds: older files may be those of somebody's Pulumi
 */
export async function findLeaks(since: number): Promise<string[]> {
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
  const files = temporary.filter(isOfTests);
  for (const name of temporary.filter((file) => ofPulumi.test(file))) {
    const { mtimeMs } = await stat(path.join(os.tmpdir(), name));
    if (mtimeMs >= since) files.push(name);
  }
  return [
    ...containers
      .map((row) => row["Names"] ?? "")
      .filter(isOfTests)
      .map((name) => `container ${name}`),
    ...networks
      .map((row) => row["Name"] ?? "")
      .filter(isOfTests)
      .map((name) => `Docker network ${name}`),
    ...files.map((name) => `file ${path.join(os.tmpdir(), name)}`),
  ];
}
