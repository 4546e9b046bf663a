import { type Command, Option } from "commander";
import { badInput, CommandError } from "../command-error.ts";
import { exitCodes } from "../exit-codes.ts";
import { makeCommand, teach } from "./command.ts";
import { parseDuration } from "./duration.ts";
import { runCommand } from "./run-command.ts";
import { findSource, type TopologyOptions } from "../find-topology.ts";
import { topologyWords, withTopologyArgument } from "./topology-argument.ts";
import {
  addFailure,
  addOutputOptions,
  askedFiles,
  filesOf,
  refuseWithout,
} from "./verification-outputs.ts";
import type { OutputOptions } from "./verification-outputs.ts";
import { concurrencyOption } from "./verify.ts";

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
export function runningCommand(toRun: readonly string[] | undefined): Command {
  const command = makeCommand(
    "run",
    "Brings a topology up, runs a command, and removes everything, whatever happens",
    "The command gets KUBECONFIG with a context per cluster, and KUBECONFIG_<CLUSTER> for each; its exit " +
      "code is returned. Each run has its own name, so several can run at once. Success, " +
      "failure, Ctrl-C (press twice to be faster), SIGTERM and kill -9 all leave nothing behind. " +
      "If the machine goes down, the next run or `reap` removes the rest. With --pool, the mesh stays for later runs of the " +
      "same topology, which find it as if it were new; Ctrl-C and SIGTERM remove it.",
  );
  withTopologyArgument(command).usage("[options] [topology] -- COMMAND...");
  command
    .option("--verify", "verify before the command runs; if that fails, the command does not run")
    .addOption(concurrencyOption())
    .option("--keep-on-failure", "if something fails, keep everything until it expires")
    .addOption(
      new Option(
        "--expires-in <time>",
        "when `reap` may remove it, such as 90m or 2h (default: 6h)",
      ).argParser(parseDuration),
    )
    .addOption(
      new Option(
        "--pool <age>",
        "use a mesh that an earlier run left, and leave it for later ones until it is so old, such as 4h",
      ).argParser(parseDuration),
    )
    .option("--backend <url>", "Pulumi backend that keeps the state (default: the run's own files)")
    .option("--images <dir>", "directory of image archives that take precedence over registries")
    .option(
      "--allow-no-data-plane",
      "continue without Linkerd's proxy if its images are unavailable: no traffic is meshed",
    )
    .option("--json", "events on standard output; the command's own output goes to standard error");
  addOutputOptions(command).action(async (topology: string | undefined, options: Options) => {
    const settings = {
      command: "run",
      topology: topologyWords(topology, options),
      json: options.json ?? false,
      ownSignals: true,
    };
    await runCommand(settings, async ({ output }) => {
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
    });
  });
  return teach(command, {
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
