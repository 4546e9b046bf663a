import type { Check, Outcome } from "../../checks/check.ts";
import { failed, notRun, passed } from "../../checks/check.ts";
import type { Endpoints, Service } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import {
  clusterNameLabel,
  controllerOf,
  corePath,
  headlessMirrorLabel,
  multiclusterNamespace,
  remoteDiscoveryKey,
} from "../../names.ts";
import { completingFederated } from "../../signals/federated-completion.ts";
import type { Look } from "../../wait.ts";
import { TimeLimitReached, waitFor } from "../../wait.ts";
import { areGateway, gatewayEndpoints } from "../gateways.ts";
import type { RouteKind } from "../probe-plan.ts";
import { kindWords } from "../probe-plan.ts";
import type { RouteSubject } from "../scene.ts";
import { apiOf, lackingOf, limitOf } from "../scene.ts";

/** The exported Service's mirror comes under its name, and leads where its kind has to lead. */
export function mirrorAppears(kind: RouteKind): Check<RouteSubject> {
  return {
    id: `${kind}-mirror`,
    title: `${kindWords[kind]}: mirrored as planned`,
    run: async (subject): Promise<Outcome> => {
      const { scene, route } = subject;
      if (route.obstacle !== undefined) return notRun(route.obstacle);
      const lacking = lackingOf(scene, [route.source, ...route.members]);
      if (lacking.length > 0) return notRun(`the probes of ${lacking.join(", ")} don't run`);
      try {
        const detail = await waitFor({
          what: `waiting for ${route.mirror}`,
          limit: limitOf(scene, kind === "federated" ? "federatedComplete" : "mirrorFollows"),
          look: lookFor(subject),
          further: "",
          signal: scene.signal,
        });
        return passed(detail);
      } catch (error) {
        if (!(error instanceof TimeLimitReached)) throw error;
        return failed(error.seen, adviceFor(subject));
      }
    },
  };
}

function adviceFor({ route: { source, links } }: RouteSubject): string {
  const controllers = links.map(({ name }) => `deploy/${controllerOf(name)}`);
  return `Look in ${source} with: kubectl -n ${multiclusterNamespace} logs ${controllers[0] ?? ""} -c controller; kubectl -n ${multiclusterNamespace} get links -o yaml`;
}

/** One look at a route's mirror, as often as needed. */
function lookFor(subject: RouteSubject): () => Promise<Look<string>> {
  const { scene, route } = subject;
  if (route.kind !== "federated") return () => lookAtMirror(subject);
  const { namespace, apis } = scene;
  const views = new Map([[route.source, route.members]]);
  const complete = completingFederated(apis, { namespace, service: route.service, views });
  return async () => {
    const look = await complete();
    if (!look.done) return look;
    const { waiting } = look.value;
    return waiting.length > 0
      ? { done: false, seen: waiting.join("; ") }
      : { done: true, value: `${route.mirror} of ${route.members.join(", ")}` };
  };
}

async function lookAtMirror({ scene, route }: RouteSubject): Promise<Look<string>> {
  const { namespace } = scene;
  const { kind, source, mirror } = route;
  const api = apiOf(scene, source);
  const [service, endpoints] = await Promise.all([
    getIfThere<Service>(api, corePath(namespace, "services", mirror)),
    getIfThere<Endpoints>(api, corePath(namespace, "endpoints", mirror)),
  ]);
  const [link] = route.links;
  if (service === undefined || link === undefined) {
    return { done: false, seen: `${source} has no Service ${mirror}` };
  }
  const labels = service.metadata.labels ?? {};
  const found =
    labels[remoteDiscoveryKey] !== undefined
      ? "flat"
      : labels[headlessMirrorLabel] !== undefined
        ? "headless"
        : "gateway";
  if (labels[clusterNameLabel] !== link.target || found !== kind) {
    return { done: false, seen: `${mirror} is no mirror of ${link.target} of this kind` };
  }
  const ready = addressesIn(endpoints, "addresses");
  if (kind === "flat") {
    return ready.length === 0
      ? { done: true, value: mirror }
      : { done: false, seen: `${mirror} has Endpoints of its own: ${ready.join(", ")}` };
  }
  const expected = gatewayEndpoints(scene, link);
  if (areGateway(ready, expected, link)) {
    return { done: true, value: `${mirror} at ${ready.join(", ")}` };
  }
  const notReady = addressesIn(endpoints, "notReadyAddresses");
  const wanted = expected?.join(", ") ?? `port ${link.gateway?.port ?? "?"} of the gateway`;
  return {
    done: false,
    seen:
      ready.length === 0 && notReady.length > 0
        ? `the Endpoints of ${mirror} are not ready: the service mirror says that ${link.target}'s gateway is not alive`
        : `the Endpoints of ${mirror} are ${ready.join(", ") || "none"}, and not ${wanted}`,
  };
}

function addressesIn(
  endpoints: Endpoints | undefined,
  which: "addresses" | "notReadyAddresses",
): string[] {
  return (endpoints?.subsets ?? []).flatMap(({ ports = [], ...subset }) =>
    (subset[which] ?? []).flatMap(({ ip }) => ports.map(({ port }) => `${ip}:${port}`)),
  );
}
