import { once } from "node:events";
import { InvalidArgumentError } from "commander";
import { execa } from "execa";
import { exitCodes } from "../exit-codes.ts";
import { withCommandLines } from "../how-to-call.ts";
import { defineCommand } from "./command.ts";
import {
  concurrencyOption,
  type ContextOptions,
  contextOptions,
  findLookedAt,
  parseDuration,
  topologyArgument,
  wordsOf,
} from "./options.ts";
import type { TopologyOptions } from "../find-topology.ts";

interface Options extends TopologyOptions, ContextOptions {
  readonly port?: number;
  readonly open: boolean;
  readonly interval?: number;
  readonly concurrency?: number;
}

/** `linkerd-topology ui` */
export const uiCommand = defineCommand<Options>({
  name: "ui",
  summary: "Shows a running mesh on a live page: clusters, Links, Services, figures, what changed",
  more:
    "It serves the page on this machine alone, at an address with a token, until Ctrl-C. It only looks, as " +
    "`verify --watch` does without traffic, and only while the page is open. A look that costs much is " +
    "repeated less often.",
  topology: topologyArgument,
  options: [
    ...contextOptions,
    ["--port <number>", "port on 127.0.0.1 (default: one that is free)", parsePort],
    ["--no-open", "don't open the page in a browser"],
    ["--interval <time>", "from one look to the next, at least (default: 10s)", parseDuration],
    concurrencyOption,
  ],
  run: async (context, options, topology) => {
    const { signal } = context;
    const running = await findLookedAt(topology, options, context);
    const { livePage } = await import("../ui.ts");
    const { port, interval, concurrency } = options;
    const page = await livePage({
      ...running,
      signal,
      spelled: (text) => withCommandLines(text, wordsOf(topology, options)),
      port,
      interval,
      concurrency,
    });
    context.print(page.url);
    if (options.open && mayOpen()) openInBrowser(page.url);
    else context.output.write("Open this address in a browser. Ctrl-C ends it.\n");
    if (!signal.aborted) await once(signal, "abort");
    await page.close();
    return exitCodes.success;
  },
  examples: [
    ["linkerd-topology ui", "the stack hierarchical"],
    ["linkerd-topology ui lab.yaml --no-open --port 8080", "on a machine without a screen"],
    ["linkerd-topology ui --context west --context east", "any mesh, whoever made it"],
  ],
  exits: [exitCodes.failed, exitCodes.notUp],
  variables: ["KUBECONFIG", "XDG_STATE_HOME", "PULUMI_BACKEND_URL"],
});

/** A person sits at this machine, and it has a screen. */
function mayOpen(): boolean {
  if (!process.stdout.isTTY) return false;
  const { DISPLAY = "", WAYLAND_DISPLAY = "" } = process.env;
  return process.platform === "darwin" || DISPLAY !== "" || WAYLAND_DISPLAY !== "";
}

/** Where none opens, the address stands on the terminal. */
function openInBrowser(url: string): void {
  const program = process.platform === "darwin" ? "open" : "xdg-open";
  const started = execa(program, [url], { stdio: "ignore", detached: true, reject: false });
  started.unref();
}

/** A port. For options of commander's. */
function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new InvalidArgumentError("Write a port, from 1 to 65535.");
  }
  return port;
}
