import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describeError } from "../../environments/commands/run-command.ts";
import { docker, dockerList } from "../../environments/docker.ts";
import { stateDirectory } from "../../system/state-directory.ts";
import { processTraces } from "./process-traces.ts";

/** Something on this machine that tests created. */
export interface Trace {
  /** `container e2e-access-4711-west-control-plane` */
  readonly text: string;
  /** The process that created it, from its name. */
  readonly maker: number | undefined;
  /** Command that removes it, with its arguments. */
  readonly removal: readonly [command: string, ...args: string[]];
  /** Whether nobody else can have made it: an `e2e-...` may be another project's. */
  readonly certain: boolean;
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

/** Names that no other project gives. A container is known by its network: the cluster's name is a user's choice. */
const onlyHere = /^(?:linkerd-topology|ktest|engine-test)-/;

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
  const trace = (
    kind: string,
    name: string,
    removal: Trace["removal"],
    { of = name, certain = onlyHere.test(of) } = {},
  ): Trace => ({
    text: `${kind} ${name}`,
    maker: makerOf(of),
    removal: [...removal, name],
    certain,
  });
  // In the order of their removal: a process makes files again, a network has to be empty.
  return [
    ...(await processTraces(isOfTests)).map(({ pid, run }) => ({
      text: `process ${pid} of the run ${run}`,
      maker: makerOf(run),
      removal: ["kill", "-9", pid] as const,
      certain: true,
    })),
    ...containers
      .filter((row) => isOfTests(row["Names"] ?? ""))
      .map((row) =>
        trace("container", row["Names"] ?? "", ["docker", "rm", "--force", "--volumes"], {
          certain: onlyHere.test(row["Networks"] ?? ""),
        }),
      ),
    ...networks
      .map((row) => row["Name"] ?? "")
      .filter(isOfTests)
      .map((name) => trace("Docker network", name, ["docker", "network", "rm"])),
    ...temporary
      .filter((name) => isOfTests(name) || ofPulumi.test(name))
      .map((name) => trace("file", path.join(os.tmpdir(), name), ["rm", "-r"], { of: name })),
    ...kept
      .filter((name) => isOfTests(path.basename(name)))
      .map((name) =>
        trace("file", path.join(state, name), ["rm", "-r"], {
          of: path.basename(name),
          certain: false,
        }),
      ),
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

/** Removes traces. Returns a line for each that is still there, with the reason. */
export async function removeTraces(traces: readonly Trace[]): Promise<string[]> {
  const errors = new Map<string, string>();
  for (const { text, removal } of traces) {
    const [command, ...args] = removal;
    await promisify(execFile)(command, args).catch((error: unknown) =>
      errors.set(text, describeError(error)),
    );
  }
  // A process may have ended by itself in the meantime.
  const there = new Set((await findTraces()).map(({ text }) => text));
  return traces
    .filter(({ text }) => there.has(text))
    .map(({ text }) => `${text}: ${errors.get(text) ?? "still there after its removal"}`);
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
