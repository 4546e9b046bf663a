import { Command } from "commander";
import { usualWidth } from "../../verification/render/style.ts";
import { columns } from "../../verification/render/table.ts";
import { exitCodes, exitCodeWords } from "../exit-codes.ts";

/** The text of `--help` below the options. */
export interface Lesson {
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

/** A command with the common behaviour of all commands. */
export function makeCommand(name: string, summary: string, more = ""): Command {
  return withManners(new Command(name))
    .summary(summary)
    .description(more === "" ? `${summary}.` : `${summary}.\n\n${more}`);
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
export function teach(command: Command, lesson: Lesson): Command {
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
