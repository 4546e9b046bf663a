import { labelQuery } from "../../../planning/labels.ts";
import { gatewayName, multiclusterNamespace } from "../../../planning/names.ts";
import type { OwnGatewaySpec } from "../../../planning/topology.ts";
import { type Check, failed, failedForGood, type Outcome, passed } from "../../checks/check.ts";
import type { Look } from "../../../kubernetes/wait.ts";
import { ask } from "../ask.ts";
import { type Answers, gather, noAnswers, troubleOf, wordsFor } from "../answers.ts";
import { clientAccount } from "../names.ts";
import { kindWords, type Route, type RouteKind } from "../probe-plan.ts";
import { requestOf } from "../request.ts";
import { identityIn, type ProbeContext, type RouteSubject, settled } from "../probe-context.ts";
import { namingPods } from "./mirror-appears.ts";

/** Requests per round. A federated Service gets more, because the proxy chooses a member for each. */
const requests = { one: 1, federated: 10 };

/**
 * All expected servers, and no others, answer a meshed client of the source. The traffic is encrypted, and
 * the servers see the expected client identity.
 */
export function trafficArrives(kind: RouteKind): Check<RouteSubject> {
  return {
    id: `${kind}-traffic`,
    title: `${kindWords[kind]}: traffic arrives`,
    needsDataPlane: true,
    run: async (subject): Promise<Outcome> => {
      const { context, route } = subject;
      const servers = new Map(
        [...context.servers.values()].map(({ name, cluster }) => [name, cluster]),
      );
      const client = clientIdentity(route, context);
      const count = route.members.length > 1 ? requests.federated : requests.one;
      const round = Array.from({ length: count }, () => [
        requestOf(context, route, "/hostname"),
        requestOf(context, route, "/header?key=l5d-client-id"),
      ]).flat();
      let answers: Answers = noAnswers;
      // The mirror had the names of its pods. Linkerd removes them again at any change of the target's
      // Service.
      const lookAtNames = kind === "headless" ? namingPods(subject) : undefined;
      let names: Look<{ readonly notice?: string }> | undefined;
      const what = `waiting for an answer of ${route.host}`;
      const look = await settled<Outcome>(context, "trafficArrives", what, async () => {
        const seen = await ask(context, route.source, round, { again: false });
        answers = gather(answers, seen, servers);
        const trouble = troubleOf(answers, route.members, client);
        if (trouble === undefined) {
          if (names !== undefined) names = await lookAtNames?.();
          const notice = names?.done === true ? names.value.notice : undefined;
          return { done: true, value: passed(wordsFor(answers, client), notice) };
        }
        if (trouble.final) {
          return { done: true, value: failedForGood(trouble.words, adviceFor(route)) };
        }
        names = await lookAtNames?.();
        const missing = names?.done === false ? `; ${names.seen}` : "";
        return { done: false, seen: trouble.words + missing };
      });
      return look.done ? look.value : failed(look.seen, adviceFor(route));
    },
  };
}

/** The client that the server must see. Gateways make requests of their own. */
function clientIdentity({ kind, links, source }: Route, context: ProbeContext): string {
  const [link] = links;
  return kind === "gateway" || kind === "headless"
    ? (link?.gateway?.identity ?? "")
    : identityIn(context, source, clientAccount(source));
}

function adviceFor({ kind, links, source }: Route): string {
  const targets = links.map(({ target }) => target).join(", ");
  return kind === "gateway" || kind === "headless"
    ? `Look in ${targets} with: kubectl ${logsOfGateway(links[0]?.gateway?.own)} -c linkerd-proxy`
    : `Pods of ${source} have to reach those of ${targets} by their addresses, and back. Check the routes of the nodes, and: kubectl -n linkerd logs deploy/linkerd-destination -c destination`;
}

function logsOfGateway(own: OwnGatewaySpec | undefined): string {
  if (own === undefined) return `-n ${multiclusterNamespace} logs deploy/${gatewayName}`;
  return `-n ${own.namespace} logs -l ${labelQuery(own.selector)}`;
}
