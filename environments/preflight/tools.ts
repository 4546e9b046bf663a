import { execa } from "execa";
import { timeLimits } from "../../system/time-limits.ts";
import { isOtherDocker } from "../../system/docker-endpoint.ts";
import {
  classifyDockerAnswer,
  dockerInfoFormat,
  dockerMessage,
} from "../../toolchain/docker-answer.ts";
import { canInstallDebianPackages } from "../../toolchain/image/debian.ts";
import { findOnMachine, type MachineTool } from "../../toolchain/machine.ts";
import { kind } from "../../toolchain/tools/kind.ts";
import { pulumi } from "../../toolchain/tools/pulumi.ts";
import type { PreflightResult } from "./preflight.ts";

/**
 * Looks which tools this machine has, and installs none. `up` installs what is missing.
 *
 * @param makesClusters existing clusters need neither Docker nor kind
 */
export async function lookForTools(
  env: Readonly<Record<string, string>>,
  makesClusters: boolean,
): Promise<PreflightResult[]> {
  const ofKind = makesClusters ? [lookForDocker(env), lookFor(kind.machine, env)] : [];
  return Promise.all([...ofKind, lookFor(pulumi.machine, env)]);
}

async function lookForDocker(env: Readonly<Record<string, string>>): Promise<PreflightResult> {
  const { exitCode, code, stdout, stderr } = await execa(
    "docker",
    ["info", "--format", dockerInfoFormat],
    { env, reject: false, timeout: timeLimits.dockerCommand },
  );
  const answer = classifyDockerAnswer({ exitCode, code, stdout, stderr });
  const common = { id: dockerCheck, title: "a Docker daemon answers" };
  if (answer.state === "running") {
    return { ...common, state: "passed", problems: [], note: `version ${answer.version}` };
  }
  const message = dockerMessage(answer);
  const mayBeStarted = answer.state !== "denied" && !(await isOtherDocker(env));
  return mayBeStarted && (await canInstallDebianPackages())
    ? { ...common, state: "not run", problems: [], note: "none does; up installs and starts it" }
    : { ...common, state: "failed", problems: [message] };
}

/** The check that all others need. */
export const dockerCheck = "docker";

async function lookFor(
  tool: MachineTool,
  env: Readonly<Record<string, string>>,
): Promise<PreflightResult> {
  const { suitable, detail } = await findOnMachine(tool, env);
  return {
    id: `tool-${tool.command}`,
    title: `${tool.command} can be had`,
    state: "passed",
    problems: [],
    note: suitable === undefined ? `${detail}; up brings it` : `version ${suitable.version}`,
  };
}
