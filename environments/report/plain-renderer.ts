import type { ReportEvent } from "./events.ts";
import type { Renderer } from "./renderer.ts";
import { seconds } from "./seconds.ts";
import { forPrograms, withoutWorkflowCommands } from "../../system/print.ts";
import { printable } from "../../system/printable.ts";

/** Lines of a log, each with the time of day: for CI and for files. */
export class PlainRenderer implements Renderer {
  readonly #out: { write(text: string): void };

  constructor(out: { write(text: string): void }) {
    this.#out = out;
  }

  event(event: ReportEvent): void {
    for (const line of plainLines(event)) this.line(event.time, line);
  }

  /** @param time as in the event, with milliseconds, which no reader of a log needs */
  protected line(time: string, text: string): void {
    this.write(`${time.slice(0, 19)}Z ${text}\n`);
  }

  protected write(text: string): void {
    this.#out.write(text);
  }
}

/** An event as lines of a log. The start of a command needs none, and neither does its end. */
export function plainLines(event: ReportEvent): string[] {
  switch (event.event) {
    case "command-started":
    case "result":
      return [];
    case "phase-started":
      return [`${event.phase} ...`];
    case "phase-ended": {
      const result = event.outcome === "failed" ? "failed" : (event.result ?? "done");
      return [`${event.phase}: ${result} (${seconds(event.milliseconds)})`];
    }
    case "step-started":
      return isDelete(event) ? [] : [`  ${event.cluster ?? "mesh"}: ${event.step}`];
    case "step-status":
      return [`  ${event.cluster ?? "mesh"}: ${event.step}: ${event.status}`];
    case "step-ended":
      if (isDelete(event) && event.milliseconds < 1_000 && event.outcome === "done") return [];
      return [`  ${event.cluster ?? "mesh"}: ${event.result} (${seconds(event.milliseconds)})`];
    case "message":
      return [`  ${event.text}`];
    case "notice":
      return [`! ${event.text}`];
  }
}

/** The resources of a deleted cluster are dropped at once: hundreds of useless lines. */
function isDelete({ operation }: { readonly operation: string }): boolean {
  return operation.startsWith("delete");
}

/**
 * A log for GitHub Actions: a collapsible group per phase, annotations for failures and notices. Workflow
 * commands: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export class GithubRenderer extends PlainRenderer {
  override event(event: ReportEvent): void {
    if (event.event === "phase-started") {
      this.#command("group", event.phase);
    } else if (event.event === "notice") {
      this.#command("notice", event.text);
    } else if (event.event === "result" && event.error !== undefined) {
      this.#command("error title=linkerd-topology", event.error);
    } else if (event.event === "phase-ended") {
      this.#command("endgroup");
      // Below the group, because a collapsed group hides its content.
      super.event(event);
    } else {
      super.event(event);
    }
  }

  protected override line(time: string, text: string): void {
    super.line(time, withoutWorkflowCommands(printable(text)));
  }

  #command(command: string, text = ""): void {
    this.write(`::${command}::${escapeData(printable(text))}\n`);
  }
}

/** A workflow command ends with its line. */
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** One JSON object per line; see {@link ReportEvent}. */
export class JsonRenderer implements Renderer {
  readonly #out: { write(text: string): void };

  constructor(out: { write(text: string): void }) {
    this.#out = out;
  }

  event(event: ReportEvent): void {
    this.#out.write(`${forPrograms(event)}\n`);
  }
}
