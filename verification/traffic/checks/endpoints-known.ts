import { linkerdNamespace } from "../../../planning/names.ts";
import { type Check, failed, type Outcome, passed } from "../../checks/check.ts";
import { destinationDeployment } from "../../../linkerd/names.ts";
import { askDestination, type DestinationView } from "../destination.ts";
import { type Endpoint, endpointKey } from "../destination-messages.ts";
import { areGateway, gatewayEndpoints } from "../gateways.ts";
import { serverAccount, serverPort } from "../names.ts";
import { kindWords, type RouteKind } from "../probe-plan.ts";
import { authorityOf } from "../request.ts";
import { apiOf, identityIn, type RouteSubject, settled } from "../probe-context.ts";

/**
 * The source's linkerd-destination, which tells every proxy where to send requests, names exactly the
 * endpoints of the export, with the right identity. Without a data plane this is the strongest proof.
 */
export function endpointsKnown(kind: RouteKind): Check<RouteSubject> {
  return {
    id: `${kind}-endpoints`,
    title: `${kindWords[kind]}: destination knows the endpoints`,
    run: async (subject): Promise<Outcome> => {
      const { context, route } = subject;
      const api = apiOf(context, route.source);
      const what = `waiting for the endpoints of ${route.mirror}`;
      const look = await settled<string>(context, "endpointsKnown", what, async () => {
        const view = await askDestination(
          api,
          authorityOf(context, route),
          (endpoints) => troubleIn(subject, endpoints) === undefined,
        );
        const trouble = view.refusal ?? troubleIn(subject, view.endpoints);
        return trouble === undefined
          ? { done: true, value: wordsFor(view) }
          : { done: false, seen: trouble };
      });
      if (look.done) return passed(look.value);
      return failed(
        `${route.source}'s linkerd-destination, asked for ${route.mirror}: ${look.seen}`,
        `\`up\` restarts it where it doesn't watch the target; by hand: kubectl -n ${linkerdNamespace} rollout restart deploy/${destinationDeployment}`,
      );
    },
  };
}

/** How the answer differs from what is expected. Undefined: it doesn't. */
function troubleIn(
  { context, route }: RouteSubject,
  found: readonly Endpoint[],
): string | undefined {
  const keys = found.map(endpointKey).sort();
  const [link] = route.links;
  if ((route.kind === "gateway" || route.kind === "headless") && link !== undefined) {
    const expected = gatewayEndpoints(context, link);
    if (!areGateway(keys, expected, link)) {
      return differing(keys, expected ?? [`the gateway's port ${link.gateway?.port ?? "?"}`]);
    }
    return wrongIdentity(found, () => link.gateway?.identity);
  }
  const members = new Map(
    route.members.map((member) => [
      `${context.servers.get(member)?.address ?? "?"}:${serverPort}`,
      identityIn(context, member, serverAccount),
    ]),
  );
  const expected = [...members.keys()].sort();
  if (keys.join() !== expected.join()) return differing(keys, expected);
  return wrongIdentity(found, (endpoint) => members.get(endpointKey(endpoint)));
}

function differing(found: readonly string[], expected: readonly string[]): string {
  return found.length === 0
    ? `it knows no endpoint, and should know ${expected.join(", ")}`
    : `it knows ${found.join(", ")}, and should know ${expected.join(", ")}`;
}

function wrongIdentity(
  found: readonly Endpoint[],
  expected: (endpoint: Endpoint) => string | undefined,
): string | undefined {
  const wrong = found.find((endpoint) => endpoint.identity !== expected(endpoint));
  if (wrong === undefined) return undefined;
  return wrong.identity === undefined
    ? `it has proxies send to ${endpointKey(wrong)} without TLS`
    : `it has proxies expect ${wrong.identity} at ${endpointKey(wrong)}, not ${expected(wrong) ?? "nobody"}`;
}

function wordsFor({ endpoints }: DestinationView): string {
  const keys = endpoints.map(endpointKey).sort();
  return `${keys.length}: ${keys.join(", ")}, mTLS`;
}
