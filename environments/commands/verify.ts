import type { Command } from "commander";
import { wantsColor } from "../../verification/render/style.ts";
import type { VerificationProgress } from "../../verification/verify.ts";
import { exitCodes } from "../exit-codes.ts";
import { runPhases } from "../report/phases.ts";
import type { Tell } from "../report/phases.ts";
import type { StackVerification } from "../verify.ts";
import { makeCommand, teach } from "./command.ts";
import { parseCount } from "./count.ts";
import { parseDuration } from "./duration.ts";
import { runCommand } from "./run-command.ts";
import type { CommandContext } from "./run-command.ts";
import { findRunning, withTopologyArgument } from "./topology-argument.ts";
import type { Running, TopologyOptions } from "./topology-argument.ts";
import { addOutputOptions, filesOf } from "./verification-outputs.ts";
import type { OutputOptions } from "./verification-outputs.ts";

/** The options of `verify`, which `status --verify` has as well. */
export interface VerifyOptions extends OutputOptions {
  readonly interval?: number;
  readonly json?: true;
  readonly probeImage?: string;
  readonly traffic: boolean;
  readonly rights: boolean;
  readonly concurrency?: number;
  readonly watch?: true;
}

/** `linkerd-topology verify` */
export function verifyCommand(): Command {
  const command = makeCommand(
    "verify",
    "Asks the running clusters, from inside them, whether the topology does what the plan says",
    "Checks of every cluster and Link, and traffic over each of them by workloads in a namespace of their own, " +
      "which is removed afterwards: does it arrive, which cluster and pod answered, is it encrypted, whom did " +
      "the server see. What can't be checked is listed as not run, with the reason.",
  );
  withTopologyArgument(command).option("--json", "one JSON document on standard output");
  addVerifyOptions(command).action(async (topology: string | undefined, options: VerifyOptions) => {
    await runCommand({ command: "verify" }, async (context) =>
      runVerify(await findRunning(topology, options as TopologyOptions), options, context),
    );
  });
  return teach(command, {
    examples: [
      ["linkerd-topology verify", "the stack hierarchical"],
      ["linkerd-topology verify lab.yaml --junit results.xml", "for CI"],
      ["linkerd-topology verify flat --watch", "again and again: what changes is told"],
      [
        "linkerd-topology verify --json | jq '.checks[] | select(.state == \"failed\")'",
        "for programs",
      ],
    ],
    exits: [exitCodes.failed, exitCodes.notUp, exitCodes.notProved],
    variables: ["XDG_STATE_HOME", "PULUMI_BACKEND_URL", "GITHUB_STEP_SUMMARY"],
  });
}

/** Adds what `verify` takes besides the topology and `--json`. */
export function addVerifyOptions(command: Command): Command {
  return addOutputOptions(command)
    .option("--no-traffic", "only ask; make no workloads and send no traffic")
    .option("--no-rights", "don't ask what the Links' accounts may do in their targets")
    .option(
      "--concurrency <number>",
      "requests under way at once, over all clusters (default: four for each processor)",
      parseCount,
    )
    .option("--probe-image <image>", "image of the workloads that send traffic")
    .option("--watch", "verify again and again until Ctrl-C, and tell what has changed")
    .option(
      "--interval <time>",
      "from one round to the next with --watch (default: 10s)",
      parseDuration,
    );
}

/** What `verify` does once it knows the stack. */
export async function runVerify(
  { stack, env, backend }: Running,
  options: VerifyOptions,
  context: CommandContext,
): Promise<number> {
  const { verifyStack } = await import("../verify.ts");
  const request = {
    stack,
    ...(env && { env }),
    ...(backend && { backend }),
    signal: context.signal,
    traffic: options.traffic,
    rights: options.rights,
    ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
    ...(options.probeImage !== undefined && { probeImage: options.probeImage }),
    ...filesOf(options),
  };
  const color = wantsColor(process.stdout);
  if (options.watch) {
    const { renderRound } = await import("../../verification/render/round.ts");
    const last = await verifyStack({
      ...request,
      watch: {
        ...(options.interval !== undefined && { interval: options.interval }),
        onRound: (round) => process.stdout.write(`${renderRound(round, { color })}\n`),
      },
    });
    return last.proved ? exitCodes.success : exitCodes.notProved;
  }
  const verification = await withProgress(context, (onProgress) =>
    verifyStack({ ...request, onProgress }),
  );
  const { renderVerification } = await import("../../verification/render/verification.ts");
  const { verificationDocument } =
    await import("../../verification/render/verification-document.ts");
  process.stdout.write(
    options.json
      ? `${JSON.stringify(verificationDocument(verification), null, 2)}\n`
      : `${renderVerification(verification, { color })}\n`,
  );
  if (verification.bundle !== undefined) process.stderr.write(`bundle: ${verification.bundle}\n`);
  return verification.proved ? exitCodes.success : exitCodes.notProved;
}

/** Shows how far a verification has come. */
async function withProgress(
  { output }: CommandContext,
  verify: (onProgress: (progress: VerificationProgress) => void) => Promise<StackVerification>,
): Promise<StackVerification> {
  let verification: StackVerification | undefined;
  const run = async (tell: Tell): Promise<string> => {
    verification = await verify(({ done, total, latest }) => {
      const about = latest === undefined ? "" : `: ${latest.subject}: ${latest.title}`;
      tell.current([`${done} of ${total}${about}`]);
      if (latest?.state === "failed") tell.step(`failed: ${latest.subject}: ${latest.title}`);
    });
    return verification.proved ? "the mesh is as planned" : "the mesh is not as planned";
  };
  await runPhases([{ title: "verification", run }], output);
  if (verification === undefined) throw new Error("the verification found nothing");
  return verification;
}
