import { Command, Option } from "commander";
import { usualWidth } from "../../verification/render/style.ts";
import { columns } from "../../verification/render/table.ts";
import { exitCodes, exitCodeWords } from "../exit-codes.ts";
import type { TopologyOptions } from "../find-topology.ts";
import { type ContextOptions, topologyOptions, wordsOf } from "./options.ts";
import { type CommandContext, type CommandOutcome, runCommand } from "./run-command.ts";

/** The text of `--help` below the options. */
interface Lesson {
  /** Command lines, each with its purpose. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** Exit codes besides 0, 2 and 130. @default [1] */
  readonly exits?: readonly number[];
  /** More exit codes in words, for example that of another command. */
  readonly otherExits?: readonly string[];
  /** Names of variables in {@link variables}. @default [] */
  readonly variables?: readonly (keyof typeof variables)[];
}

/** The environment variables that commands read. */
export const variables = {
  IMAGES: "directory of image archives (docker save) that take precedence over registries",
  LINKERD_TOPOLOGY_SOURCES: "sources.json that says where images and charts come from",
  LINKERD_TOPOLOGY_CACHE: "where tools and images are kept; ~/.cache/linkerd-topology",
  XDG_STATE_HOME: "where state and kubeconfigs are kept, in linkerd-topology; ~/.local/state",
  PULUMI_BACKEND_URL: "Pulumi backend that keeps the state, in place of files",
  KUBECONFIG: "kubeconfig files, as for kubectl; for --context",
  GITHUB_STEP_SUMMARY: "file that GitHub shows as the summary of a job; the default of --summary",
  NO_COLOR: "no colours",
  FORCE_COLOR: "colours even without a terminal",
  COLUMNS: "width of tables; default: that of the terminal, otherwise unlimited",
} as const;

type ArgumentRow = readonly [name: string, what: string];

type OptionRow = readonly [flags: string, what: string, parse?: (text: string) => number];

/** What a command is called, takes and does, and what its help says. */
interface Definition<Options, Argument> extends Lesson {
  readonly name: string;
  readonly summary: string;
  /** What its description says besides the summary. */
  readonly more?: string;
  /** The topology that it is about. It has the options of {@link topologyOptions} then. */
  readonly topology?: ArgumentRow;
  /** What it takes in place of a topology. */
  readonly argument?: ArgumentRow;
  readonly options?: readonly (Option | OptionRow)[];
  readonly usage?: string;
  /** With `--json` it reports its progress as events on standard output. @default false */
  readonly events?: boolean;
  /** It handles signals itself. @default false */
  readonly ownSignals?: boolean;
  readonly run: (
    context: CommandContext,
    options: Options,
    argument: Argument,
  ) => Promise<CommandOutcome>;
}

/** Makes the command, with the common behaviour of all commands, each time it is called. */
export function defineCommand<Options = unknown, Argument = string | undefined>(
  definition: Definition<Options, Argument>,
): () => Command {
  return () => makeCommand(definition);
}

function makeCommand<Options, Argument>(definition: Definition<Options, Argument>): Command {
  const { name, summary, more, events, ownSignals, run } = definition;
  const command = withManners(new Command(name))
    .summary(summary)
    .description(more === undefined ? `${summary}.` : `${summary}.\n\n${more}`);
  const argument = definition.topology ?? definition.argument;
  if (argument) command.argument(...argument);
  if (definition.usage !== undefined) command.usage(definition.usage);
  const about = definition.topology === undefined ? [] : topologyOptions;
  for (const row of [...about, ...(definition.options ?? [])]) {
    if (row instanceof Option) command.addOption(row);
    else {
      const [flags, what, parse] = row;
      const option = new Option(flags, what);
      command.addOption(parse ? option.argParser(parse) : option);
    }
  }
  command.action(async () => {
    const options = command.opts<TopologyOptions & ContextOptions & { readonly json?: true }>();
    const [given] = command.processedArgs as readonly unknown[];
    const settings = {
      command: name,
      topology: wordsOf(typeof given === "string" ? given : undefined, options),
      json: events === true && options.json === true,
      ownSignals: ownSignals === true,
    };
    await runCommand(settings, (context) => run(context, options as Options, given as Argument));
  });
  return teach(command, definition);
}

/** Wrong arguments end with exit code 2, a suggestion and how to get help. */
export function withManners(command: Command): Command {
  return command
    .showSuggestionAfterError()
    .showHelpAfterError("(--help tells more)")
    .helpOption("-h, --help", "show this text")
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? exitCodes.success : exitCodes.badInput);
    });
}

/** Adds examples, exit codes and environment variables to the help of a command. */
function teach(command: Command, lesson: Lesson): Command {
  return command.addHelpText("after", () => {
    const width = command.configureOutput().getOutHelpWidth?.() ?? usualWidth;
    return `\n${lessonText(lesson, width)}`;
  });
}

function lessonText(
  { examples, exits = [1], otherExits = [], variables: names = [] }: Lesson,
  width: number,
): string {
  const codes = [exitCodes.success, ...exits, exitCodes.badInput, exitCodes.interrupted];
  const sorted = [...new Set(codes)].sort((one, other) => one - other);
  const lines = [
    ...exampleLines(examples, width),
    "",
    ...block(
      "Exit codes",
      [
        ...sorted.map((code) => [String(code), exitCodeWords[code] ?? ""] as const),
        ...otherExits.map((words) => ["other", words] as const),
      ],
      width,
    ),
    "",
    ...block(
      "Environment",
      [
        ...names.map((name) => [name, variables[name]] as const),
        ["NO_COLOR, FORCE_COLOR", "no colours; colours even without a terminal"],
        ["COLUMNS", variables.COLUMNS],
      ],
      width,
    ),
  ];
  return lines.join("\n");
}

function block(
  title: string,
  rows: readonly (readonly [string, string])[],
  width: number,
): string[] {
  return [`${title}:`, columns(rows, { width, indent: "  " })];
}

/** A command line is never wrapped, because people copy it. Its purpose goes below if there is no room. */
function exampleLines(examples: Lesson["examples"], width: number): string[] {
  const beside = block("Examples", examples, Infinity);
  const fits = beside
    .join("\n")
    .split("\n")
    .every((line) => line.length <= width);
  return fits
    ? beside
    : ["Examples:", ...examples.flatMap(([line, what]) => [`  ${line}`, `      ${what}`])];
}
