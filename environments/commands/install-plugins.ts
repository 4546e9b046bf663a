import type { Command } from "commander";
import { exitCodes } from "../exit-codes.ts";
import { makeCommand, teach } from "./command.ts";
import { runCommand } from "./run-command.ts";

/** `linkerd-topology install-plugins` */
export function installPluginsCommand(): Command {
  const command = makeCommand(
    "install-plugins",
    "Installs the provider plugins for your own Pulumi programs, in any language",
    "Pulumi then finds `linkerd-topology` and `kind` from every project. They start this installation of the " +
      "package: run the command again after you move it.",
  );
  command.action(async () => {
    await runCommand({ command: "install-plugins" }, async ({ print }) => {
      const { installPlugins, ownPlugins } = await import("../install-plugins.ts");
      await installPlugins();
      const names = ownPlugins.map(({ name, version }) => `${name} ${version}`);
      print(`Pulumi has the plugins ${names.join(" and ")} now`);
      return exitCodes.success;
    });
  });
  return teach(command, {
    examples: [["linkerd-topology install-plugins", "into $PULUMI_HOME, else ~/.pulumi"]],
  });
}
