import { readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { docker, dockerList } from "../../environments/docker.ts";
import { stateDirectory } from "../../system/state-directory.ts";
import { processTraces } from "./process-traces.ts";

/** Something on this machine that tests created. */
export interface Trace {
  /** `container e2e-access-4711-west-control-plane` */
  readonly text: string;
  /** The process that created it, from its name. */
  readonly maker: number | undefined;
  /** Command that removes it. */
  readonly removal: string;
  /** Its path, if it is a temporary file that only a test can have made: the rest may be another project's. */
  readonly ownFile?: string;
}

/** Prefixes that only tests use: for topologies, clusters, networks and temporary directories. */
const testPrefixes = [
  "e2e-",
  "ktest-",
  "engine-test-",
  "linkerd-topology-e2e-",
  "linkerd-topology-ktest-",
];

/** Its purpose, the number of the process, then anything. */
const makerInName = /^(?:linkerd-topology-)?(?:e2e|ktest|engine-test)-(?:[a-z-]+-)?(\d+)(?:[-.]|$)/;

/** Names that only tests give to temporary files, all with the number of their process. */
const ofTests = /^(?:linkerd-topology-(?:e2e|ktest)|ktest|engine-test)-/;

/** Pulumi's Kubernetes provider writes an administrator's kubeconfig for every Helm release. */
const ofPulumi = /^kubeconfig\d+$/;

/**
 * Containers, networks, processes and files on this machine with such a name, also those in the state
 * directory: stacks, runs, kubeconfigs.
 */
export async function findTraces(): Promise<Trace[]> {
  const reachable = await docker(["version"]).then(
    () => true,
    () => false,
  );
  const [containers, networks] = reachable
    ? await Promise.all([dockerList(["ps", "--all"]), dockerList(["network", "ls"])])
    : [[], []];
  const temporary = await readdir(os.tmpdir());
  // Tests have state directories of their own. A test that forgets that leaves things here.
  const state = stateDirectory();
  const kept = await readdir(state, { recursive: true }).catch(() => []);
  const trace = (kind: string, name: string, removal: string, of = name): Trace => ({
    text: `${kind} ${name}`,
    maker: makerOf(of),
    removal: `${removal} ${name}`,
  });
  return [
    ...containers
      .map((row) => row["Names"] ?? "")
      .filter(isOfTests)
      .map((name) => trace("container", name, "docker rm --force --volumes")),
    ...networks
      .map((row) => row["Name"] ?? "")
      .filter(isOfTests)
      .map((name) => trace("Docker network", name, "docker network rm")),
    ...temporary
      .filter((name) => isOfTests(name) || ofPulumi.test(name))
      .map((name) => {
        const file = path.join(os.tmpdir(), name);
        const own = ofTests.test(name) && makerOf(name) !== undefined;
        return { ...trace("file", file, "rm -r", name), ...(own && { ownFile: file }) };
      }),
    ...kept
      .filter((name) => isOfTests(path.basename(name)))
      .map((name) => trace("file", path.join(state, name), "rm -r", path.basename(name))),
    ...(await processTraces(isOfTests)).map(({ pid, run }) => ({
      text: `process ${pid} of the run ${run}`,
      maker: makerOf(run),
      removal: `kill -9 ${pid}`,
    })),
  ];
}

/** What appeared between two looks, without what another test run on this machine still uses. */
export function leaksBetween(before: readonly Trace[], after: readonly Trace[]): Trace[] {
  const known = new Set(before.map(({ text }) => text));
  return after.filter(({ text, maker }) => !known.has(text) && !isAtWork(maker));
}

/**
 * What an earlier run left: its process has ended, and only tests use such a name. Pulumi's kubeconfigs don't
 * count, because they may be anybody's.
 */
export function leftBefore(traces: readonly Trace[]): Trace[] {
  return traces.filter(
    ({ text, maker }) => !ofPulumi.test(path.basename(text)) && !isAtWork(maker),
  );
}

/** Removes the files that only tests can have made. Returns what is left. */
export async function removeOwnFiles(traces: readonly Trace[]): Promise<readonly Trace[]> {
  const own = traces.flatMap(({ ownFile }) => (ownFile === undefined ? [] : [ownFile]));
  await Promise.all(own.map((file) => rm(file, { recursive: true, force: true })));
  return traces.filter(({ ownFile }) => ownFile === undefined);
}

function isOfTests(name: string): boolean {
  return testPrefixes.some((prefix) => name.startsWith(prefix));
}

function makerOf(name: string): number | undefined {
  const [, maker] = makerInName.exec(name) ?? [];
  return maker === undefined ? undefined : Number(maker);
}

function isAtWork(maker: number | undefined): boolean {
  if (maker === undefined) return false;
  try {
    process.kill(maker, 0);
    return true;
  } catch (error) {
    // A process of another user exists too.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
