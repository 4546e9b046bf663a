import { mirrorName, multiclusterNamespace } from "../../../planning/names.ts";
import { timeLimits } from "../../../system/time-limits.ts";
import { type Check, failed, notRun, type Outcome, passed } from "../../checks/check.ts";
import { hostnamesOf } from "../../facts/mirrors.ts";
import { listAll } from "../../../kubernetes/list-all.ts";
import type { Endpoints, Metadata, Service } from "../../../kubernetes/objects.ts";
import { readingOnce } from "../../../kubernetes/reading-once.ts";
import {
  clusterNameLabel,
  corePath,
  headlessMirrorLabel,
  remoteDiscoveryKey,
} from "../../../linkerd/names.ts";
import { serviceMirrorOf } from "../../link-parts.ts";
import { completingFederated } from "../../../linkerd/signals/federated-completion.ts";
import type { Look } from "../../../kubernetes/wait.ts";
import { touch } from "../../../linkerd/touch.ts";
import { areGateway, gatewayEndpoints } from "../gateways.ts";
import { isFirstPort } from "../further-servers.ts";
import { kindWords, type RouteKind } from "../probe-plan.ts";
import { apiOf, lackingOf, type RouteSubject, settled } from "../probe-context.ts";
import { together } from "../together.ts";

/** The exported Service gets a mirror of the right name, which leads where its kind must lead. */
export function mirrorAppears(kind: RouteKind): Check<RouteSubject> {
  return {
    id: `${kind}-mirror`,
    title: `${kindWords[kind]}: mirrored as planned`,
    run: async (subject): Promise<Outcome> => {
      const { context, route } = subject;
      if (route.obstacle !== undefined) return notRun(route.obstacle);
      const lacking = lackingOf(context, [route.source, ...route.members]);
      if (lacking.length > 0) return notRun(`the probes of ${lacking.join(", ")} don't run`);
      const wait = kind === "federated" ? "federatedComplete" : "mirrorFollows";
      const look = await settled(context, wait, `waiting for ${route.mirror}`, lookFor(subject));
      if (!look.done) return failed(look.seen, adviceFor(subject));
      return passed(look.value.detail, look.value.notice);
    },
  };
}

function adviceFor({ route: { source, links } }: RouteSubject): string {
  const controllers = links.map((link) => `deploy/${serviceMirrorOf(link)}`);
  return `Look in ${source} with: kubectl -n ${multiclusterNamespace} logs ${controllers[0] ?? ""} -c controller; kubectl -n ${multiclusterNamespace} get links -o yaml`;
}

/** The texts about a mirror that is as planned. */
interface Seen {
  readonly detail: string;
  readonly notice?: string;
}

/** Returns a function that looks at a route's mirror once per call. */
function lookFor(subject: RouteSubject): () => Promise<Look<Seen>> {
  const { context, route } = subject;
  if (route.kind === "headless") return namingPods(subject);
  if (route.kind !== "federated") return () => lookAtMirror(subject);
  const { namespace, apis } = context;
  const views = new Map([[route.source, route.members]]);
  const complete = completingFederated(apis, { namespace, service: route.service, views });
  return async () => {
    const look = await complete();
    if (!look.done) return look;
    const { waiting } = look.value;
    return waiting.length > 0
      ? { done: false, seen: waiting.join("; ") }
      : { done: true, value: { detail: `${route.mirror} of ${route.members.join(", ")}` } };
  };
}

/**
 * Exporting a headless Service that already has pods may remove their names from its mirror until its
 * Endpoints change (a fault of Linkerd). This repairs it as `up` does, and says so.
 *
 * @returns a function that looks once per call, and remembers since when the names are missing
 */
export function namingPods(subject: RouteSubject): () => Promise<Look<Seen>> {
  const { context, route } = subject;
  const [target = ""] = route.members;
  const names = [context.servers.get(target)?.name ?? ""];
  const headless = mirrorName(route.service, target);
  let nameless: number | undefined;
  let notice: string | undefined;
  return async () => {
    const look = await lookAtMirror(subject);
    if (!look.done) return look;
    const endpoints = await found<Endpoints>(context, route.source, "endpoints", headless);
    const lacking = names.filter((name) => !hostnamesOf(endpoints).includes(name));
    if (lacking.length === 0) {
      return { done: true, value: { ...look.value, ...(notice !== undefined && { notice }) } };
    }
    const now = performance.now();
    nameless ??= now;
    const seen = `the Endpoints of ${headless} lack ${lacking.join(", ")}`;
    if (notice === undefined && now - nameless >= timeLimits.headlessNamesStray) {
      notice = `${seen} until those of ${route.service} in ${target} were touched, as \`up\` does`;
      await touch(apiOf(context, target), "Endpoints", context.namespace, route.service);
    }
    return { done: false, seen };
  };
}

/** An object in the verification's namespace. Simultaneous calls share a list. */
async function found<T extends { readonly metadata: Metadata }>(
  { apis, namespace }: RouteSubject["context"],
  cluster: string,
  kind: "services" | "endpoints",
  name: string,
): Promise<T | undefined> {
  const items = await listed(apiOf({ apis }, cluster), corePath(namespace, kind));
  return (items as readonly T[]).find(({ metadata }) => metadata.name === name);
}

const listed = together(Number.POSITIVE_INFINITY, (api, paths: readonly string[]) => {
  const look = readingOnce(api);
  return Promise.all(paths.map((path) => listAll(look, path)));
});

async function lookAtMirror({ context, route }: RouteSubject): Promise<Look<Seen>> {
  const { kind, source, mirror } = route;
  const [service, endpoints] = await Promise.all([
    found<Service>(context, source, "services", mirror),
    found<Endpoints>(context, source, "endpoints", mirror),
  ]);
  const [link] = route.links;
  if (service === undefined || link === undefined) {
    return { done: false, seen: `${source} has no Service ${mirror}` };
  }
  const labels = service.metadata.labels ?? {};
  const is =
    labels[remoteDiscoveryKey] !== undefined
      ? "flat"
      : labels[headlessMirrorLabel] !== undefined
        ? "headless"
        : "gateway";
  if (labels[clusterNameLabel] !== link.name || is !== kind) {
    return { done: false, seen: `${mirror} is not a mirror of ${link.target} of this kind` };
  }
  const ready = addressesIn(endpoints, "addresses");
  if (kind === "flat") {
    return ready.length === 0
      ? { done: true, value: { detail: mirror } }
      : { done: false, seen: `${mirror} has Endpoints of its own: ${ready.join(", ")}` };
  }
  const expected = gatewayEndpoints(context, link);
  if (areGateway(ready, expected, link)) {
    return { done: true, value: { detail: `${mirror} at ${ready.join(", ")}` } };
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
    (subset[which] ?? []).flatMap(({ ip }) =>
      ports.filter(({ name }) => isFirstPort(name)).map(({ port }) => `${ip}:${port}`),
    ),
  );
}
