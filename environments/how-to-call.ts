import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import { shellQuoted } from "../system/shell-quoted.ts";
import { projectDirectory } from "./paths.ts";

const name = "linkerd-topology";

/** Scripts of this project's package.json that are commands of the command line. */
const scripts = ["up", "down", "status", "verify", "ui", "plan", "diagram"];

/** Commands for which a name is enough: the files that the topology was made from may no longer exist. */
const byName = ["down", "status", "verify", "ui", "kubeconfig", "env"];

/** Commands that don't concern a single topology. */
const ofNoTopology = ["reap", "completion"];

/** How this process was called. */
export interface Caller {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The checkout that contains this file. Undefined: the npm package. */
  readonly checkout: string | undefined;
  /** The program's file. */
  readonly main: string;
}

/**
 * A command line that works when it is pasted where this process was called: with npm in a checkout, else the
 * program if the shell finds it, else npx, else Node.js.
 *
 * @param args topology and options
 * @example
 * ```ts
 * howToCall("up", ["flat", "--refresh"]); // npm run up -- flat --refresh
 * ```
 */
export function howToCall(
  command: string,
  args: readonly string[],
  caller: Caller = thisProcess(),
): string {
  const { checkout } = caller;
  if (checkout === undefined) return [...program(caller), command, ...args.map(quoted)].join(" ");
  const { INIT_CWD: start } = caller.env;
  // npm changes to the project's directory before it starts this process, so paths were read from there.
  const byNpm = caller.env["npm_package_name"] === name && real(caller.cwd) === real(checkout);
  const shell = byNpm && start !== undefined ? start : caller.cwd;
  const moved = byNpm ? args : args.map((one) => fromAnywhere(one, caller));
  const isScript = scripts.includes(command);
  const rest = [...(isScript ? [] : [command]), ...moved.map(quoted)];
  return [
    "npm",
    ...(isWithin(shell, checkout) ? [] : ["--prefix", quoted(checkout)]),
    "run",
    isScript ? command : "cli",
    ...(rest.length === 0 ? [] : ["--", ...rest]),
  ].join(" ");
}

/**
 * Replaces each command in backquotes in a text by a command line that works when pasted. Messages name only
 * commands (`` `up --refresh` ``, `` `down NAME` ``), because they don't know how and about what this process
 * was called.
 *
 * @param topology what the person named: the words of the command line
 * @param options.nameAlone they name no file: a command that needs one stays as it is
 */
export function withCommandLines(
  text: string,
  topology: readonly string[],
  options: { readonly nameAlone?: boolean; readonly caller?: Caller } = {},
): string {
  const { nameAlone = false, caller = thisProcess() } = options;
  return text.replaceAll(
    /`(?:linkerd-topology )?(up|down|status|verify|ui|rotate|upgrade|plan|preflight|diagram|discover|kubeconfig|env|reap)((?: [\w./-]+)*)`/g,
    (whole, command: string, words: string) => {
      const args = words.split(" ").filter((word) => word !== "");
      const named = ofNoTopology.includes(command) || args.some((word) => !word.startsWith("-"));
      if (!named && nameAlone && !byName.includes(command)) return whole;
      return `\`${howToCall(command, named ? args : [...topology, ...args], caller)}\``;
    },
  );
}

function thisProcess(): Caller {
  const main = path.join(
    projectDirectory,
    "environments",
    `main${path.extname(import.meta.filename)}`,
  );
  const isCheckout = main.endsWith(".ts");
  return {
    env: process.env,
    cwd: process.cwd(),
    checkout: isCheckout ? projectDirectory : undefined,
    main,
  };
}

function program({ env, cwd, main }: Caller): readonly string[] {
  if (env["npm_command"] === "exec") return ["npx", name];
  // npm puts these directories in front for its child processes; the person's shell doesn't have them.
  const byNpm = env["npm_lifecycle_event"] !== undefined;
  const found = (env["PATH"] ?? "")
    .split(path.delimiter)
    .filter((folder) => folder !== "" && !(byNpm && /[/\\]node_modules[/\\]\.bin$/.test(folder)))
    .some((folder) => existsSync(path.join(folder, name)));
  if (found) return [name];
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "node_modules", ".bin", name))) return ["npx", name];
    if (path.dirname(folder) === folder) return ["node", quoted(main)];
  }
}

/** npm would start it in another directory. */
function fromAnywhere(word: string, { cwd, checkout }: Caller): string {
  const isFile = /[/\\]|\.ya?ml$/.test(word) || existsSync(path.resolve(cwd, word));
  const moves = checkout !== undefined && real(cwd) !== real(checkout);
  return isFile && moves && !word.startsWith("-") ? path.resolve(cwd, word) : word;
}

function isWithin(directory: string, parent: string): boolean {
  const relative = path.relative(real(parent), real(directory));
  return relative === "" || !(relative.startsWith("..") || path.isAbsolute(relative));
}

function real(directory: string): string {
  return existsSync(directory) ? realpathSync(directory) : directory;
}

/** A word for a POSIX shell, in quotes only if it needs them. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : shellQuoted(word);
}
