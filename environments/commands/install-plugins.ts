import { exitCodes } from "../exit-codes.ts";
import { defineCommand } from "./command.ts";

/** `linkerd-topology install-plugins` */
export const installPluginsCommand = defineCommand({
  name: "install-plugins",
  summary: "Installs the provider plugins for your own Pulumi programs, in any language",
  more:
    "Pulumi then finds `linkerd-topology` and `kind` from every project. They start this installation of the " +
    "package: run the command again after you move it.",
  run: async ({ print }) => {
    const { installPlugins, ownPlugins } = await import("../install-plugins.ts");
    await installPlugins();
    const names = ownPlugins.map(({ name, version }) => `${name} ${version}`);
    print(`Pulumi has the plugins ${names.join(" and ")} now`);
    return exitCodes.success;
  },
  examples: [["linkerd-topology install-plugins", "into $PULUMI_HOME, else ~/.pulumi"]],
});
