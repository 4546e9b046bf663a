import type { ReportEvent } from "./events.ts";
import { PlainRenderer } from "./plain-renderer.ts";

/**
 * A log for GitHub Actions: a group that folds per phase, annotations for failures and notices.
 * Workflow commands: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export class GithubRenderer extends PlainRenderer {
  override event(event: ReportEvent): void {
    if (event.event === "phase-started") {
      this.write(`::group::${escapeData(event.phase)}\n`);
    } else if (event.event === "notice") {
      this.write(`::notice::${escapeData(event.text)}\n`);
    } else if (event.event === "result" && event.error !== undefined) {
      this.write(`::error title=linkerd-topology::${escapeData(event.error)}\n`);
    } else if (event.event === "phase-ended") {
      this.write("::endgroup::\n");
      // Below the group, since what is folded away can't be seen.
      super.event(event);
    } else {
      super.event(event);
    }
  }
}

/** A workflow command ends with its line. */
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
