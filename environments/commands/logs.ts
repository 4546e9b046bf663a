import { InvalidArgumentError, Option } from "commander";
import { rendered } from "../../system/print.ts";
import { screenOf, styleOf } from "../../verification/render/style.ts";
import { chosenClusters } from "../chosen-clusters.ts";
import { exitCodes } from "../exit-codes.ts";
import { type LogComponent, logComponents, type LogLine } from "../logs.ts";
import { defineCommand } from "./command.ts";
import {
  type ClusterOption,
  clusterOption,
  type ContextOptions,
  contextOptions,
  findLookedAt,
  parseDuration,
  topologyArgument,
} from "./options.ts";
import type { TopologyOptions } from "../find-topology.ts";

interface Options extends TopologyOptions, ContextOptions, ClusterOption {
  readonly component?: readonly LogComponent[];
  readonly container?: readonly string[];
  readonly follow?: true;
  readonly json?: true;
  readonly since?: number;
  readonly tail?: number;
}

/** `linkerd-topology logs` */
export const logsCommand = defineCommand<Options>({
  name: "logs",
  summary: "Shows the logs of Linkerd's components of all clusters, merged by time",
  more: "Each line begins with its cluster, pod and container.",
  topology: topologyArgument,
  options: [
    ...contextOptions,
    clusterOption,
    new Option("--component <name...>", "only these components (default: all)").choices(
      Object.keys(logComponents),
    ),
    ["--container <name...>", "only these containers, such as linkerd-proxy (default: all)"],
    ["--tail <lines>", "lines of each container (default: 20, or all with --since)", parseLines],
    ["--since <time>", "only lines that are younger, such as 10m", parseDuration],
    ["-f, --follow", "go on until Ctrl-C, with pods that are created meanwhile"],
    ["--json", "one JSON document per line"],
  ],
  run: async (context, options, topology) => {
    const running = await findLookedAt(topology, options, context);
    const { runningStack } = await import("../mesh-of-stack.ts");
    const { readLogs } = await import("../logs.ts");
    const { signal } = context;
    const { tail, since, follow } = options;
    const { mesh } = await runningStack({ ...running, signal, command: "logs" });
    const clusters = chosenClusters(mesh.clusters, options.cluster);
    const line = lineWriter(clusters.map(({ name }) => name));
    const whole = await readLogs({
      clusters,
      plan: mesh.plan,
      signal,
      components: options.component,
      containers: options.container,
      tail,
      since,
      follow,
      onLine: (one) => {
        if (options.json) context.printJson(one);
        else process.stdout.write(`${line(one)}\n`);
      },
      onProblem: (text) => context.output.write(`${text}\n`),
    });
    return whole ? exitCodes.success : exitCodes.failed;
  },
  examples: [
    ["linkerd-topology logs lab.yaml --component gateway --since 10m", "of every gateway"],
    ["linkerd-topology logs lab.yaml --cluster west --follow", "until Ctrl-C"],
    ["linkerd-topology logs --context west --context east", "any mesh, whoever made it"],
  ],
  exits: [exitCodes.failed, exitCodes.notUp],
  variables: ["KUBECONFIG", "XDG_STATE_HOME", "PULUMI_BACKEND_URL"],
});

/** Formats lines for people: the names of clusters have the same width. */
function lineWriter(clusters: readonly string[]): (line: LogLine) => string {
  const width = Math.max(0, ...clusters.map((name) => name.length));
  const style = styleOf(screenOf(process.stdout));
  return ({ cluster, pod, container, time, text }) =>
    rendered(
      `${style.bold(cluster.padEnd(width))} ${style.dim(`${pod}/${container} ${time}`)} ${text}`,
    );
}

/** A number of lines. For options of commander's. */
function parseLines(text: string): number {
  const lines = Number(text);
  if (!Number.isInteger(lines) || lines < 0) {
    throw new InvalidArgumentError("Write a number of lines, from 0 on.");
  }
  return lines;
}
