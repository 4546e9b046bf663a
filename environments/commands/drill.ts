import { InvalidArgumentError, Option } from "commander";
import { screenOf } from "../../verification/render/style.ts";
import { badInput } from "../command-error.ts";
import { subjectForms } from "../drills/subjects.ts";
import type { OwnQuestion } from "../drills/questions.ts";
import { exitCodes } from "../exit-codes.ts";
import { terminalQuestion } from "./ask.ts";
import { defineCommand } from "./command.ts";
import { parseCount, parseDuration, topologyArgument } from "./options.ts";
import { findPlanned, type TopologyOptions } from "../find-topology.ts";

interface Options extends TopologyOptions {
  readonly take: readonly string[];
  readonly ask?: readonly string[];
  readonly from?: string;
  readonly rate?: number;
  readonly before?: number;
  readonly for?: number;
  readonly maxFailed?: number;
  readonly maxGap?: number;
  readonly report?: string;
  readonly junit?: string;
  readonly json?: true;
  readonly probeImage?: string;
  readonly yes?: true;
}

const forms = Object.values(subjectForms).map(({ form, what }) => `  ${form}: ${what}`);

/** `linkerd-topology drill` */
export const drillCommand = defineCommand<Options>({
  name: "drill",
  summary: "Takes something away from a running topology, keeps asking, and puts it back",
  more:
    "It reports which requests failed, who answered before, during and after, and when it was noticed and healed. " +
    "It puts everything back, also after Ctrl-C; after a `kill -9` the next command does.\n\n" +
    `What it can take away:\n${forms.join("\n")}`,
  topology: topologyArgument,
  options: [
    new Option("--take <subject>", "what to take away; several at once with several --take")
      .argParser(collect)
      .makeOptionMandatory(),
    new Option(
      "--ask <url>",
      "URL to ask all the time; several with several --ask (default: over every Link)",
    ).argParser(collect),
    ["--from <deployment>", "where --ask asks from: CLUSTER/NAMESPACE/deploy/NAME"],
    ["--rate <number>", "requests a second (default: 20; 5 for each Link)", parseCount],
    ["--before <time>", "how long to ask before (default: 10s)", parseDuration],
    ["--for <time>", "how long everything stays away (default: 30s)", parseDuration],
    ["--max-failed <number>", "exit code 4 if more requests fail", parseWhole],
    ["--max-gap <time>", "exit code 4 if no answer comes for longer", parseDuration],
    ["--report <file>", "report with a picture: .html, or .md with the picture beside it"],
    ["--junit <file>", "JUnit report, for CI"],
    ["--json", "one JSON document on standard output"],
    ["--probe-image <image>", "image of the pods that ask"],
    ["--yes", "change clusters that exist already without asking"],
  ],
  run: async (context, options, topology) => {
    const ask = askOf(options);
    const running = await findPlanned(topology, options, context);
    const { drill } = await import("../drills/drill.ts");
    const { drillDocument, renderDrill } = await import("../drills/render.ts");
    const { requireDrillFiles, writeDrillFiles } = await import("../drills/report-files.ts");
    await requireDrillFiles(options);
    const result = await drill({
      ...running,
      output: context.output,
      take: options.take,
      ask,
      rate: options.rate,
      before: options.before,
      hold: options.for,
      limits: { maxFailed: options.maxFailed, maxGap: options.maxGap },
      consent: options.yes ?? terminalQuestion() ?? false,
      probeImage: options.probeImage,
      signal: context.signal,
    });
    if (options.json) context.printJson(drillDocument(result), 2);
    else context.print(renderDrill(result, screenOf(process.stdout)));
    await writeDrillFiles(result, options);
    return result.passed ? exitCodes.success : exitCodes.notProved;
  },
  examples: [
    [
      "linkerd-topology drill lab.yaml --take gateway:east --ask http://web --from west/shop/deploy/app",
      "does failover work?",
    ],
    ["linkerd-topology drill lab.yaml --take pods:west/shop/web", "over every Link"],
    [
      "linkerd-topology drill lab.yaml --take cluster-freeze:east --max-gap 5s --junit drill.xml",
      "for CI",
    ],
  ],
  exits: [exitCodes.failed, exitCodes.notUp, exitCodes.notProved],
  variables: ["XDG_STATE_HOME", "PULUMI_BACKEND_URL"],
});

function collect(text: string, others: readonly string[] | undefined): readonly string[] {
  return [...(others ?? []), text];
}

function askOf({ ask, from }: Options): OwnQuestion | undefined {
  if (ask === undefined && from === undefined) return undefined;
  if (ask === undefined || from === undefined) {
    throw badInput("--ask and --from belong together: write both, or neither");
  }
  return { urls: ask, from };
}

/** Parses a whole number from 0 on, for commander's options. */
function parseWhole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("Write a whole number.");
  return Number(text);
}
