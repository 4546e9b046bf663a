import type { ReportEvent } from "./events.ts";
import { PlainRenderer } from "./plain-renderer.ts";
import { withoutWorkflowCommands } from "../../system/print.ts";
import { printable } from "../../system/printable.ts";

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
