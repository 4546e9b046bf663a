import { badInput, CommandError } from "../command-error.ts";
import { exitCodes } from "../exit-codes.ts";
import { defineCommand } from "./command.ts";
import { concurrencyOption, parseDuration, topologyArgument } from "./options.ts";
import { findSource, type TopologyOptions } from "../find-topology.ts";
import {
  addFailure,
  outputOptions,
  askedFiles,
  filesOf,
  refuseWithout,
} from "./verification-outputs.ts";
import type { OutputOptions } from "./verification-outputs.ts";

interface Options extends TopologyOptions, OutputOptions {
  readonly allowNoDataPlane?: true;
  readonly backend?: string;
  readonly concurrency?: number;
  readonly expiresIn?: number;
  readonly images?: string;
  readonly json?: true;
  readonly keepOnFailure?: true;
  readonly pool?: number;
  readonly verify?: true;
}

/**
 * `linkerd-topology run`
 *
 * @param toRun what is behind `--` on the command line
 */
export function runningCommand(toRun: readonly string[] | undefined) {
  return defineCommand<Options>({
    name: "run",
    summary: "Brings a topology up, runs a command, and removes everything, whatever happens",
    more:
      "The command gets KUBECONFIG with a context per cluster, and KUBECONFIG_<CLUSTER> for each; its exit " +
      "code is returned. Each run has its own name, so several can run at once. Success, " +
      "failure, Ctrl-C (press twice to be faster), SIGTERM and kill -9 all leave nothing behind. " +
      "If the machine goes down, the next run or `reap` removes the rest. With --pool, the mesh stays for later runs of the " +
      "same topology, which find it as if it were new; Ctrl-C and SIGTERM remove it.",
    topology: topologyArgument,
    usage: "[options] [topology] -- COMMAND...",
    options: [
      ["--verify", "verify before the command runs; if that fails, the command does not run"],
      concurrencyOption,
      ["--keep-on-failure", "if something fails, keep everything until it expires"],
      [
        "--expires-in <time>",
        "when `reap` may remove it, such as 90m or 2h (default: 6h)",
        parseDuration,
      ],
      [
        "--pool <age>",
        "use a mesh that an earlier run left, and leave it for later ones until it is so old, such as 4h",
        parseDuration,
      ],
      ["--backend <url>", "Pulumi backend that keeps the state (default: the run's own files)"],
      ["--images <dir>", "directory of image archives that take precedence over registries"],
      [
        "--allow-no-data-plane",
        "continue without Linkerd's proxy if its images are unavailable: no traffic is meshed",
      ],
      ["--json", "events on standard output; the command's own output goes to standard error"],
      ...outputOptions,
    ],
    ownSignals: true,
    events: true,
    run: async ({ output }, options, topology) => {
      if (toRun === undefined || toRun.length === 0) throw nothingToRun();
      if (options.verify !== true) {
        const { concurrency } = options;
        refuseWithout("--verify", {
          ...askedFiles(options),
          "--concurrency": concurrency !== undefined,
        });
      }
      const { reportVerification, requireFiles } = await import("../verify.ts");
      await requireFiles(filesOf(options));
      const source = await findSource(topology, options);
      const { run } = await import("../run.ts");
      let verified = false;
      return run({
        source,
        command: toRun,
        toStandardError: options.json ?? false,
        output,
        name: options.name,
        images: options.images,
        backend: options.backend,
        verify: options.verify,
        concurrency: options.concurrency,
        keepOnFailure: options.keepOnFailure,
        pool: options.pool,
        allowNoDataPlane: options.allowNoDataPlane,
        expiresIn: options.expiresIn,
        onVerified: async (verification, mesh) => {
          verified = true;
          const bundle = await reportVerification(mesh, verification, filesOf(options));
          if (bundle !== undefined) output.reporter.notice(`bundle: ${bundle}`);
        },
      }).catch(async (error: unknown) => {
        // A verification has its own summary.
        if (!verified) await addFailure(options, error);
        throw error;
      });
    },
    examples: [
      ["linkerd-topology run lab.yaml -- kubectl --context west get nodes", "one command"],
      ["linkerd-topology run --topology lab.yaml --verify -- npm run e2e", "in CI"],
      ["linkerd-topology run lab.yaml --pool 4h -- npm run e2e", "leave the mesh to later jobs"],
      ["linkerd-topology run flat --keep-on-failure -- ./try.sh", "to look at what went wrong"],
    ],
    exits: [exitCodes.failed, exitCodes.notProved],
    otherExits: [
      "the command's own; 126 or 127 if it can't be run; 128 plus the number of the signal that ended it",
    ],
    variables: [
      "IMAGES",
      "LINKERD_TOPOLOGY_SOURCES",
      "LINKERD_TOPOLOGY_CACHE",
      "XDG_STATE_HOME",
      "PULUMI_BACKEND_URL",
      "GITHUB_STEP_SUMMARY",
    ],
  });
}

function nothingToRun(): CommandError {
  return badInput(
    "the command is missing. Write it after two dashes: linkerd-topology run lab.yaml -- COMMAND",
  );
}
