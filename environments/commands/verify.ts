import { screenOf, styleOf } from "../../verification/render/style.ts";
import type { VerificationProgress } from "../../verification/verify.ts";
import { badInput } from "../command-error.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Tell } from "../report/phase.ts";
import { runPhases } from "../report/phases.ts";
import type { StackVerification } from "../verify.ts";
import { defineCommand } from "./command.ts";
import {
  concurrencyOption,
  type ContextOptions,
  contextOptions,
  findLookedAt,
  parseDuration,
  topologyArgument,
} from "./options.ts";
import type { CommandContext } from "./run-command.ts";
import type { Running, TopologyOptions } from "../find-topology.ts";
import { outputOptions, askedFiles, filesOf, refuseWithout } from "./verification-outputs.ts";
import type { OutputOptions } from "./verification-outputs.ts";

/** The options of `verify`, which `status --verify` has as well. */
export interface VerifyOptions extends OutputOptions {
  readonly interval?: number;
  readonly json?: true;
  readonly probeImage?: string;
  readonly traffic?: boolean;
  readonly drill?: true;
  readonly rights: boolean;
  readonly concurrency?: number;
  readonly watch?: true;
}

/** The options of `verify` besides the topology and `--json`. */
export const verifyOptions = [
  ...outputOptions,
  [
    "--traffic",
    "send traffic also in a mesh that others made, from a namespace that is removed again",
  ],
  ["--no-traffic", "only ask; create no workloads and send no traffic"],
  [
    "--drill",
    "take its own servers away, place by place of each entry of traffic: do requests move?",
  ],
  ["--no-rights", "don't ask what the Links' accounts may do in their targets"],
  concurrencyOption,
  ["--probe-image <image>", "image of the workloads that send traffic"],
  ["--watch", "repeat until Ctrl-C, and show what has changed"],
  ["--interval <time>", "from one round to the next with --watch (default: 10s)", parseDuration],
] as const;

/** `linkerd-topology verify` */
export const verifyCommand = defineCommand<VerifyOptions>({
  name: "verify",
  summary: "Checks, from inside the running clusters, whether the topology does what the plan says",
  more:
    "It checks every cluster and Link, and sends traffic over each Link from workloads in their own namespace, " +
    "which it removes afterwards. In a mesh that others made (--context) it only looks, unless you add --traffic. Does traffic arrive, which cluster and pod answer, is it encrypted, which client does " +
    "the server see? What can't be checked is listed as not run, with the reason.",
  topology: topologyArgument,
  options: [
    ...contextOptions,
    ["--json", "one JSON document on standard output; with --watch one for each round, on a line"],
    ...verifyOptions,
  ],
  run: async (context, options, topology) => {
    const about = options as TopologyOptions & ContextOptions;
    return runVerify(await findLookedAt(topology, about, context), options, context);
  },
  examples: [
    ["linkerd-topology verify --context west --context east", "any mesh, whoever made it"],
    ["linkerd-topology verify", "the stack hierarchical"],
    ["linkerd-topology verify lab.yaml --junit results.xml", "for CI"],
    ["linkerd-topology verify lab.yaml --drill", "does failover move requests, and back?"],
    ["linkerd-topology verify flat --watch", "repeat, and show what changes"],
    [
      "linkerd-topology verify --json | jq '.checks[] | select(.state == \"failed\")'",
      "for programs",
    ],
  ],
  exits: [exitCodes.failed, exitCodes.notUp, exitCodes.notProved],
  variables: ["KUBECONFIG", "XDG_STATE_HOME", "PULUMI_BACKEND_URL", "GITHUB_STEP_SUMMARY"],
});

/** Which of {@link verifyOptions} were given explicitly. */
export function askedOfVerify(options: VerifyOptions): Record<string, boolean> {
  return {
    ...askedFiles(options),
    "--traffic": options.traffic === true,
    "--no-traffic": options.traffic === false,
    "--drill": options.drill === true,
    "--no-rights": !options.rights,
    "--concurrency": options.concurrency !== undefined,
    "--probe-image": options.probeImage !== undefined,
    "--watch": options.watch === true,
    "--interval": options.interval !== undefined,
  };
}

/** `verify` after it has found the stack. */
export async function runVerify(
  { stack, env, backend, ways }: Running,
  options: VerifyOptions,
  context: CommandContext,
): Promise<number> {
  if (options.watch !== true) {
    const why = "without it there is only one round";
    refuseWithout("--watch", { "--interval": options.interval !== undefined }, why);
  }
  if (options.drill && options.traffic === false) {
    throw badInput("--drill sends traffic: leave out --no-traffic");
  }
  const { reportVerification, requireFiles, verifyStack } = await import("../verify.ts");
  const { notesFor } = await import("../found-mesh.ts");
  const files = filesOf(options);
  // Before it spends minutes on a result that it could not write.
  await requireFiles(files);
  const { traffic, drill, rights, concurrency, probeImage } = options;
  const asked = { traffic, drill, rights, concurrency, probeImage };
  const request = { stack, env, backend, ways, signal: context.signal, ...asked };
  const { print, printJson } = context;
  const screen = screenOf(process.stdout);
  const { renderRound } = await import("../../verification/render/round.ts");
  const { renderVerification } = await import("../../verification/render/verification.ts");
  const { roundDocument, verificationDocument } =
    await import("../../verification/render/verification-document.ts");
  const finish = async (verification: StackVerification): Promise<number> => {
    const bundle = await reportVerification(verification.mesh, verification, files, env);
    if (bundle !== undefined) context.output.write(`bundle: ${bundle}\n`);
    return verification.proved ? exitCodes.success : exitCodes.notProved;
  };
  if (options.watch) {
    const last = await verifyStack({
      ...request,
      watch: {
        interval: options.interval,
        onRound: (round) => {
          if (options.json) printJson(roundDocument(round));
          else print(renderRound(round, screen));
        },
      },
    });
    return finish(last);
  }
  const verification = await withProgress(context, (onProgress) =>
    verifyStack({ ...request, onProgress }),
  );
  const { found } = verification;
  if (options.json) {
    printJson(
      { ...verificationDocument(verification), ...(found && { notes: notesFor(found) }) },
      2,
    );
  } else if (found === undefined) {
    print(renderVerification(verification, screen));
  } else {
    const { renderFound, renderNotes } = await import("../report/render-found.ts");
    const style = styleOf(screen);
    const notes = [...notesFor(found), ...(options.traffic === true ? [] : [unsent])];
    print(
      [
        renderFound(found, style),
        "",
        renderVerification(verification, screen),
        "",
        renderNotes(notes, style),
      ].join("\n"),
    );
  }
  return finish(verification);
}

/** Why no traffic was sent in a mesh that others made. */
const unsent =
  "no traffic was sent: others made this mesh, and nothing is created in it unless you add --traffic";

/** Shows the progress of a verification. */
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
    return verification.found === undefined
      ? `the mesh is ${verification.proved ? "" : "not "}as planned`
      : `the mesh is ${verification.proved ? "" : "not "}in order`;
  };
  await runPhases([{ title: "verification", run }], output);
  if (verification === undefined) throw new Error("the verification found nothing");
  return verification;
}
