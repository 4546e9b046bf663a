import { readSources } from "../components/sources.ts";
import { indented, printableIn } from "../system/printable.ts";
import { type Screen, styleOf } from "../verification/render/style.ts";
import { type Backend, chooseBackend } from "./backend.ts";
import { messageOf } from "../system/message-of.ts";
import { planStack } from "./plan-stack.ts";
import { preflight, preflightNotRun, type PreflightResult } from "./preflight/preflight.ts";
import { dockerCheck, lookForTools } from "./preflight/tools.ts";
import { type SettledStack, settleStack } from "./settle-stack.ts";
import type { StackFile } from "./stacks.ts";
import { definedIn } from "../system/environment.ts";

/** Checks everything that can be checked before an `up`, without installing tools or creating anything. */
export async function lookAhead(
  stack: StackFile,
  env: NodeJS.ProcessEnv = process.env,
): Promise<PreflightResult[]> {
  const file = env["LINKERD_TOPOLOGY_SOURCES"];
  const sources = file === undefined || file === "" ? undefined : readSources(file);
  const backend = chooseBackend(env);
  const { own, settled } = await lookAtName(stack, backend, env);
  // Uses the name of its state, which is part of the names of the state's resources.
  const plan = await planStack(settled?.stack ?? stack, { sources });
  const given = definedIn(env);
  const needsDocker = plan.clusters.some((cluster) => cluster.type === "kind");
  const tools = await lookForTools(given, needsDocker);
  const docker = tools.find(({ id }) => id === dockerCheck);
  const others =
    docker?.state === "passed" || !needsDocker
      ? await preflight(plan, sources, given, settled?.state)
      : preflightNotRun("no Docker daemon answers");
  return [own, ...tools, ...others.map(withChartsFromSource)];
}

/**
 * Whether the stack of that name belongs to this topology. Without Pulumi only a state in files can be read.
 */
async function lookAtName(
  stack: StackFile,
  backend: Backend,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly own: PreflightResult; readonly settled?: SettledStack }> {
  const check = {
    id: "stack-name",
    title: "no stack of that name was made from another file",
    problems: [],
  };
  if (backend.directory === undefined) {
    return { own: { ...check, state: "not run", note: "up asks the Pulumi backend" } };
  }
  try {
    const settled = await settleStack({ stack, backend, env, command: "preflight" });
    return { own: { ...check, state: "passed" }, settled };
  } catch (error) {
    return { own: { ...check, state: "failed", problems: [messageOf(error)] } };
  }
}

/** If the repository is out of reach, `up` builds the charts from their source. */
function withChartsFromSource(result: PreflightResult): PreflightResult {
  if (result.id !== "charts" || result.state !== "failed") return result;
  const note = "Linkerd's chart repository is out of reach; up makes them from source";
  return { ...result, state: "not run", problems: [], note };
}

/** One line per check, and below it what prevents an `up`. */
export function renderPreflight(found: readonly PreflightResult[], options: Screen = {}): string {
  const style = styleOf(options);
  const results = printableIn(found);
  const marks = { passed: style.good("✓"), failed: style.bad("✗"), "not run": style.warn("–") };
  const count = (state: PreflightResult["state"]): number =>
    results.filter((result) => result.state === state).length;
  return [
    ...results.flatMap(({ title, state, problems, note }) => [
      `${marks[state]} ${title}${note === undefined ? "" : style.dim(` (${note})`)}`,
      ...problems.map((problem) => indented(problem, "    ")),
    ]),
    "",
    `${count("passed")} passed, ${count("failed")} failed, ${count("not run")} not run`,
  ].join("\n");
}
