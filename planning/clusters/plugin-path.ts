import path from "node:path";

/** Where a plug-in of a kubeconfig is: a name without a slash is looked for in the PATH, as kubectl does. */
export function pluginPath(command: string, directory: string): string {
  return command.includes("/") ? path.resolve(directory, command) : command;
}
