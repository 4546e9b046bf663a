import { type Check, failed, notRun, type Outcome, passed } from "../../checks/check.ts";
import { listAll } from "../../../kubernetes/list-all.ts";
import type { Service } from "../../../kubernetes/objects.ts";
import { clusterNameLabel, corePath } from "../../../linkerd/names.ts";
import { ask, isLate, notAnswered, wordsOf } from "../ask.ts";
import { requestOf } from "../request.ts";
import { apiOf, dataPlaneOf, lackingOf, type UnlinkedSubject } from "../probe-context.ts";

/** An export is out of reach where no Link leads. */
export const noWayWithoutLink: Check<UnlinkedSubject> = {
  id: "no-way-without-link",
  title: "no Link: out of reach",
  run: async ({ context, pair: { source, target, hosts } }): Promise<Outcome> => {
    const lacking = lackingOf(context, [source, target]);
    if (lacking.length > 0) return notRun(`the probes of ${lacking.join(", ")} don't run`);
    const api = apiOf(context, source);
    const items = await listAll<Service>(api, corePath(context.namespace, "services"), {
      labelSelector: `${clusterNameLabel}=${target}`,
    });
    const mend = "Find a Link that the topology does not plan: kubectl get links -A";
    if (items.length > 0) {
      const names = items.map(({ metadata }) => metadata.name).join(", ");
      return failed(`${source} has mirrors of ${target}: ${names}`, mend);
    }
    if (dataPlaneOf(context, [source, target]) === "none") return passed("no mirror");
    const answers = await ask(
      context,
      source,
      hosts.map((host) =>
        requestOf(
          context,
          { source, host, kind: host.includes(".") ? "headless" : "gateway" },
          "/hostname",
        ),
      ),
    );
    const answered = answers.find(({ status }) => status !== undefined && status < 400);
    if (answered !== undefined) {
      return failed(`a request was answered: ${wordsOf(answered)}`, mend);
    }
    // If nobody answers in time, the machine may be slow; that doesn't prove that there is no way.
    const late = answers.find(isLate);
    if (late !== undefined || answers.length === 0) return notRun(notAnswered(late));
    return passed(`no mirror; ${[...new Set(answers.map(reasonOf))].join(", ")}`);
  },
};

/** Without the host, which differs between requests. */
function reasonOf(answer: Parameters<typeof wordsOf>[0]): string {
  return wordsOf(answer).replace(/: \S+$/, "");
}
