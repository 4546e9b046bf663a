/** Scripts of this project's package.json that are commands of the command line. */
const scripts = ["up", "down", "status", "verify", "plan", "diagram"];

/**
 * How a person calls a command, in the way in which they called this one: by npm in the project, or by the
 * program.
 *
 * @param parts command, topology and options
 * @example
 * ```ts
 * howToCall("up", "flat", "--refresh"); // npm run up -- flat --refresh
 * ```
 */
export function howToCall(...parts: readonly string[]): string {
  const [command = "", ...rest] = parts;
  // `npx` and the scripts of other projects are no scripts of this one.
  const byNpm =
    scripts.includes(process.env["npm_lifecycle_event"] ?? "") &&
    process.env["npm_package_name"] === "linkerd-topology";
  if (!byNpm || !scripts.includes(command)) return ["linkerd-topology", ...parts].join(" ");
  return [`npm run ${command}`, ...(rest.length > 0 ? ["--", ...rest] : [])].join(" ");
}
