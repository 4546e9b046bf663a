import { Command } from "commander";
import { packageVersion } from "../package-version.ts";
import { applyCommand } from "./apply.ts";
import { withManners } from "./command.ts";
import { diagramCommand } from "./diagram.ts";
import { discoverCommand } from "./discover.ts";
import { downCommand } from "./down.ts";
import { drillCommand } from "./drill.ts";
import { installPluginsCommand } from "./install-plugins.ts";
import { envCommand, kubeconfigCommand, shellCommand } from "./kubeconfig.ts";
import { listCommand } from "./list.ts";
import { loadCommand } from "./load.ts";
import { logsCommand } from "./logs.ts";
import { planCommand } from "./plan.ts";
import { preflightCommand } from "./preflight.ts";
import { reapCommand } from "./reap.ts";
import { runningCommand } from "./run.ts";
import { rotateCommand } from "./rotate.ts";
import { upgradeCommand } from "./upgrade.ts";
import { statusCommand } from "./status.ts";
import { uiCommand } from "./ui.ts";
import { upCommand } from "./up.ts";
import { verifyCommand } from "./verify.ts";

/**
 * The command line, without completion.
 *
 * @param toRun what is behind `--`, for `run` and `shell`
 */
export function makeProgram(toRun?: readonly string[]): Command {
  const program = withManners(new Command("linkerd-topology"))
    .description(
      "Linkerd multi-cluster topologies as code: brings them up on real Kubernetes clusters, proves that " +
        "they work, and removes them without a trace.",
    )
    .version(packageVersion(), "-V, --version", "show the version")
    .helpCommand("help [command]", "show the help of a command")
    .addHelpText(
      "after",
      `
A topology is the name of a ready-made stack (hierarchical, flat, mixed, star, federated) or a YAML file.

Examples:
  linkerd-topology verify --context west --context east
                                      checks a mesh that runs, whoever made it
  linkerd-topology plan lab.yaml      what would be made
  linkerd-topology up lab.yaml        make it, and prove that it works
  linkerd-topology down lab.yaml      take it away
  linkerd-topology run lab.yaml --verify -- npm run e2e
                                      for CI: up, proof, a command, and everything away again`,
    );
  for (const make of [
    upCommand,
    downCommand,
    statusCommand,
    verifyCommand,
    uiCommand,
    drillCommand,
    rotateCommand,
    upgradeCommand,
    discoverCommand,
    kubeconfigCommand,
    envCommand,
    shellCommand(toRun),
    listCommand,
    logsCommand,
    loadCommand,
    applyCommand,
    planCommand,
    diagramCommand,
    preflightCommand,
    runningCommand(toRun),
    reapCommand,
    installPluginsCommand,
  ]) {
    program.addCommand(make());
  }
  return program;
}
