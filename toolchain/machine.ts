import { execa } from "execa";
import { access, constants } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { timeLimits } from "../system/time-limits.ts";
import { formatRange, isWithin, versionIn, type VersionRange } from "../system/version.ts";

export interface MachineTool {
  readonly command: string;
  /** Arguments that make it print its version. */
  readonly arguments: readonly string[];
  readonly range: VersionRange;
  /** Other programs that must be on PATH. */
  readonly alsoNeeds?: readonly string[];
}

export interface ToolOnMachine {
  /** Absent if there is no suitable one. */
  readonly suitable?: {
    readonly version: string;
    readonly folder: string;
    readonly command: string;
  };
  /** What was found and why it is suitable or not, for people to read. */
  readonly detail: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Looks for a tool on PATH and asks it for its version. */
export async function findOnMachine(tool: MachineTool, env: Environment): Promise<ToolOnMachine> {
  const command = await onPath(tool.command, env);
  if (command === undefined) return { detail: `no ${tool.command} on PATH` };
  const asked = await execa(command, tool.arguments, {
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    extendEnv: false,
    timeout: timeLimits.toolAnswers,
    reject: false,
  });
  return judge(tool, command, asked.exitCode === 0 ? asked.stdout : "", (name) =>
    onPath(name, env),
  );
}

/** Decides from a tool's output whether it is suitable. */
export async function judge(
  tool: MachineTool,
  command: string,
  said: string,
  find: (name: string) => Promise<string | undefined>,
): Promise<ToolOnMachine> {
  const version = versionIn(said);
  if (version === undefined) return { detail: `${command} does not report its version` };
  if (!isWithin(version, tool.range)) {
    return { detail: `${command} is ${version}, ${formatRange(tool.range)} is needed` };
  }
  for (const name of tool.alsoNeeds ?? []) {
    if ((await find(name)) === undefined) return { detail: `${command} comes without ${name}` };
  }
  return {
    suitable: { version, folder: dirname(command), command },
    detail: `${version} is on the machine`,
  };
}

/** Returns the path of the program that a shell would run. */
export async function onPath(command: string, env: Environment): Promise<string | undefined> {
  for (const folder of (env["PATH"] ?? "").split(delimiter)) {
    if (folder === "") continue;
    const candidate = join(folder, command);
    const executable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return candidate;
  }
  return undefined;
}
