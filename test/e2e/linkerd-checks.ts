import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import pLimit from "p-limit";
import { timeLimits } from "../../system/time-limits.ts";
import { kubeconfigIn } from "./kubeconfigs.ts";
import { linkerdProgram } from "./linkerd-cli.ts";
import type { UpResult } from "../../environments/up.ts";
import type { TestEnvironment } from "./environment.ts";

const commands = [["check"], ["check", "--proxy"], ["multicluster", "check"]];

/** How many commands run at a time. Each needs a quarter of a second of processor time. */
const atOnce = 6;

/** How many checks each command makes at least. With fewer, it did not look. */
const fewest = 10;

interface CheckedCategory {
  readonly categoryName: string;
  readonly checks?: readonly CheckedProblem[];
}

/** A check, as the command line tells it. */
export interface CheckedProblem {
  readonly description: string;
  readonly result: string;
  readonly error?: string;
}

/** Clusters, and the `up` that they came from. */
interface UpClusters {
  readonly environment: TestEnvironment;
  readonly entered: UpResult;
}

/**
 * Declares the test that Linkerd's own command line, on this machine, finds nothing wrong in any linked cluster. Whether there
 * is a data plane makes no difference: the stand-ins answer all that it asks of proxies.
 *
 * @param clusters asked when the test begins
 */
export function testLinkerdChecks(clusters: () => UpClusters): void {
  test("linkerd check, check --proxy and multicluster check find nothing, on this machine", async () => {
    const { environment, entered } = clusters();
    const { plan, tools } = entered;
    const { program } = await linkerdProgram(tools.env);
    const lane = pLimit(atOnce);
    // Without Links, most of what is asked is left out.
    const linked = plan.clusters.filter(({ name }) =>
      plan.links.some(({ source, target }) => [source, target].includes(name)),
    );
    assert.ok(linked.length > 1);
    const found = await Promise.all(
      linked.flatMap(({ name, linkerd }) =>
        commands.map((command) =>
          lane(async () => {
            const kubeconfig = await kubeconfigIn(environment.directory, name);
            const problems = await problemsOf(program, command, {
              kubeconfig,
              version: linkerd.version,
            });
            return problems.map((problem) => `${name}: linkerd ${command.join(" ")}: ${problem}`);
          }),
        ),
      ),
    );
    assert.deepEqual(found.flat(), []);
  });
}
interface About {
  readonly kubeconfig: string;
  readonly version: string;
}

/**
 * Repeats a command until it finds nothing, or the time is over. It repeats some of its checks itself, but not whether a
 * gateway is alive: a service mirror notices up to a minute later that a gateway's node has another address.
 *
 * @param isMeant problems that are no problems. @default none
 */
export async function problemsOf(
  program: string,
  command: readonly string[],
  about: About,
  isMeant: (problem: CheckedProblem) => boolean = () => false,
): Promise<readonly string[]> {
  const deadline = performance.now() + timeLimits.linkerdChecks;
  for (;;) {
    const problems = await checkOnce(program, command, about, isMeant);
    if (problems.length === 0 || performance.now() > deadline) return problems;
    await sleep(2_000);
  }
}

async function checkOnce(
  program: string,
  command: readonly string[],
  { kubeconfig, version }: About,
  isMeant: (problem: CheckedProblem) => boolean,
): Promise<readonly string[]> {
  // Otherwise it would ask the internet for the newest release.
  const expected = command[0] === "check" ? ["--expected-version", version] : [];
  const limit = timeLimits.linkerdChecks / 1000;
  const { stdout, stderr, exitCode } = await execa(
    program,
    [
      ...command,
      ...expected,
      "--output",
      "json",
      "--wait",
      `${limit}s`,
      "--kubeconfig",
      kubeconfig,
    ],
    { reject: false, timeout: 2 * timeLimits.linkerdChecks },
  );
  const checks = documentsIn(stdout).flatMap(({ categories }) =>
    categories.flatMap(({ categoryName, checks: all = [] }) =>
      all.map((one) => ({ categoryName, ...one })),
    ),
  );
  const problems = checks
    .filter(({ result }) => result !== "success")
    .filter((one) => !isAboutNewest(one) && !isAboutMirror(one) && !isMeant(one))
    .map(
      ({ categoryName, description, result, error = "" }) =>
        `${categoryName}: ${description}: ${result}: ${error}`,
    );
  if (exitCode !== 0) problems.push(`exit code ${String(exitCode)}: ${stderr}`);
  if (checks.length < fewest) problems.push(`only ${checks.length} checks: ${stdout}`);
  return problems;
}

/** Warnings that there may be a newer release, or that nobody could tell; and that the command line is another one. */
function isAboutNewest({ result, description }: { result: string; description: string }): boolean {
  return result === "warning" && /(up-to-date|latest version|versions match)$/.test(description);
}

/**
 * A warning that Linkerd's command line gives for every Service without Endpoints: mirrors for discovery and federated
 * Services have none.
 */
function isAboutMirror({ result, error = "" }: { result: string; error?: string }): boolean {
  return result === "warning" && /^endpoints "\S+" not found$/.test(error);
}

/** `check` writes one document for Linkerd itself, and one for each extension that it finds. */
function documentsIn(text: string): readonly { readonly categories: readonly CheckedCategory[] }[] {
  return text
    .split(/^(?=\{$)/m)
    .filter((part) => part.trim() !== "")
    .map((part) => JSON.parse(part) as { readonly categories: readonly CheckedCategory[] });
}
