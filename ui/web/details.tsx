import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type {
  AnswersView,
  ChangeView,
  ClusterView,
  EntryView,
  LinkView,
  PageModel,
  PointView,
  ServiceView,
  TrafficView,
} from "../model.ts";
import { Chart } from "./chart.tsx";
import { dayOf, milliseconds, percent, rate, until } from "./format.ts";
import { useNow } from "./hooks.ts";
import { CheckList, Timeline } from "./lists.tsx";
import { Commands, Mark, Table } from "./parts.tsx";
import { sourceOf } from "./sources.ts";
import type { Chosen } from "./state.ts";

/** What is known of the thing that a person chose, over the page. Escape, or the button, leads back. */
export function Details(props: {
  readonly chosen: Chosen;
  readonly model: PageModel;
  readonly points: readonly PointView[];
  readonly changes: readonly ChangeView[];
}) {
  const { chosen, model, points, changes } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const own = changes.filter(({ subject }) => subject === chosen.id);
  const checks = model.checks.filter(({ subject }) => subject === chosen.id);
  return (
    <dialog
      ref={dialog}
      class="details"
      aria-labelledby="details-title"
      onClose={leave}
      onClick={({ target }) => {
        // Beside the box there is nothing but the dialog itself.
        if (target === dialog.current) dialog.current?.close();
      }}
    >
      <div>
        <header>
          <h2 id="details-title">
            <small>{chosen.kind === "entry" ? "traffic" : chosen.kind}</small> {chosen.id}
          </h2>
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </header>
        {contentOf(chosen, model, points)}
        {checks.length > 0 && (
          <Part title="Checks">
            <CheckList checks={checks} />
          </Part>
        )}
        {own.length > 0 && (
          <Part title="What changed">
            <Timeline changes={own} />
          </Part>
        )}
      </div>
    </dialog>
  );
}

function leave(): void {
  // Not by "#", which would lead to the top of the page.
  history.pushState(null, "", location.pathname);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

function contentOf(
  { kind, id }: Chosen,
  model: PageModel,
  points: readonly PointView[],
): ComponentChildren {
  const gone = <p>It is not there any more.</p>;
  switch (kind) {
    case "cluster": {
      const found = model.clusters.find(({ name }) => name === id);
      return found === undefined ? gone : <Cluster cluster={found} />;
    }
    case "link": {
      const found = model.links.find((link) => link.id === id);
      return found === undefined ? gone : <Link link={found} points={points} />;
    }
    case "service": {
      const found = model.services.find((service) => service.id === id);
      return found === undefined ? gone : <Service service={found} />;
    }
    case "entry": {
      const found = model.entries.find((entry) => entry.id === id);
      return found === undefined ? gone : <Entry entry={found} />;
    }
  }
}

function Part(props: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section>
      <h3>{props.title}</h3>
      {props.children}
    </section>
  );
}

/** Names with values; what isn't known is left out. */
function Facts(props: {
  readonly facts: readonly (readonly [name: string, value: ComponentChildren])[];
}) {
  return (
    <dl class="facts">
      {props.facts
        .filter(([, value]) => value !== undefined && value !== "")
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function trafficFacts(
  traffic: TrafficView | undefined,
): readonly (readonly [string, ComponentChildren])[] {
  if (traffic === undefined) return [];
  const { perSecond, success, p50, p95, p99 } = traffic;
  return [
    ["Requests", rate(perSecond)],
    ["Success", percent(success)],
    ["p50, p95, p99", [p50, p95, p99].map(milliseconds).join(", ")],
  ];
}

function Link({
  link,
  points,
}: {
  readonly link: LinkView;
  readonly points: readonly PointView[];
}) {
  const { id, state, mode, trouble, gateway, latencyMilliseconds, mirrors, traffic } = link;
  const known = points.some((point) => point.links[id] !== undefined);
  return (
    <>
      <Facts
        facts={[
          ["State", <Mark of={state} />],
          ["Why", trouble],
          ["Mode", mode],
          ["Gateway", gateway],
          ["Latency of its probes", milliseconds(latencyMilliseconds)],
          ["Mirrors", mirrors],
          ...trafficFacts(traffic),
        ]}
      />
      {known && (
        <>
          <Chart
            label="Requests per second"
            points={points}
            lines={[
              { label: "requests", color: "--blue", value: ({ links }) => links[id]?.perSecond },
            ]}
            format={(value) => rate(value)}
          />
          <Chart
            label="Latency"
            points={points}
            lines={[
              { label: "p50", color: "--green", value: ({ links }) => links[id]?.p50 },
              { label: "p95", color: "--amber", value: ({ links }) => links[id]?.p95 },
              { label: "p99", color: "--red", value: ({ links }) => links[id]?.p99 },
              {
                label: "probe",
                color: "--dim",
                value: ({ links }) => links[id]?.latencyMilliseconds,
              },
            ]}
            format={(value) => milliseconds(value)}
          />
        </>
      )}
      <Part title="The same by kubectl">
        <Commands commands={link.commands} />
      </Part>
    </>
  );
}

function Cluster({ cluster }: { readonly cluster: ClusterView }) {
  const now = useNow();
  const { releases, issuer, proxies, gateway } = cluster;
  return (
    <>
      <Facts
        facts={[
          ["State", <Mark of={cluster.health} />],
          ["Network", cluster.network],
          ["Kubernetes", cluster.kubernetes],
          ["Pods, Services", [cluster.podSubnet, cluster.serviceSubnet].join(", ")],
          ["Control plane", releases?.controlPlane.join(", ")],
          ["Its proxies", releases?.proxies.join(", ")],
          ["Extension", releases?.extension.join(", ")],
          ["Gateway", releases?.gateways.join(", ")],
          [
            "Issuer",
            issuer &&
              `${issuer.subject}, until ${dayOf(issuer.ends)} (${until(issuer.ends, now)})${
                issuer.chained ? "" : ", signed by no trust anchor of the cluster"
              }`,
          ],
          ...trafficFacts(gateway).map(([name, value]) => [`Gateway: ${name}`, value] as const),
          ["Figures from", sourceOf(cluster)],
          ["Proxies read", proxies.all === 0 ? undefined : `${proxies.read} of ${proxies.all}`],
          ["Not read", proxies.unread],
        ]}
      />
      {cluster.problems.length > 0 && (
        <Part title="Could not be asked">
          <ul>
            {cluster.problems.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </Part>
      )}
      {releases !== undefined && releases.behind.length > 0 && (
        <Part title="Workloads with another proxy than Linkerd injects now">
          <ul>
            {releases.behind.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </Part>
      )}
      <Part title="Nodes">
        <Table
          label="Nodes"
          head={["Node", "State", "Role", "Address"]}
          rows={cluster.nodes.map(({ name, ready, role, address }) => ({
            key: name,
            cells: [
              name,
              <Mark of={ready ? "well" : "failing"} text={ready ? "ready" : "not ready"} />,
              role,
              address ?? "–",
            ],
          }))}
        />
      </Part>
      <Part title="Linkerd's Deployments">
        <Table
          label="Linkerd's Deployments"
          head={["Deployment", "State"]}
          rows={cluster.workloads.map(({ namespace, name, ready, trouble }) => ({
            key: `${namespace}/${name}`,
            cells: [
              `${namespace}/${name}`,
              <Mark of={ready ? "well" : "failing"} text={ready ? "available" : (trouble ?? "")} />,
            ],
          }))}
        />
      </Part>
      <Part title="The same by kubectl">
        <Commands commands={cluster.commands} />
      </Part>
    </>
  );
}

function Service({ service }: { readonly service: ServiceView }) {
  const { exports, mirrors, federated, answers } = service;
  return (
    <>
      <Facts
        facts={[
          ["State", <Mark of={service.health} />],
          [
            "Exported by",
            exports
              .map(({ cluster, as, headless }) => {
                const words = [...as, ...(headless ? ["headless"] : [])];
                return `${cluster} (${words.join(", ")})`;
              })
              .join(", "),
          ],
        ]}
      />
      {mirrors.length > 0 && (
        <Part title="Mirrors">
          <Table
            label="Mirrors"
            head={["Mirror", "In", "Of", "Kind", "Endpoints", "State"]}
            rows={mirrors.map((one) => ({
              key: `${one.cluster} ${one.target} ${one.name ?? ""} ${one.kind}`,
              cells: [
                one.name ?? "none",
                one.cluster,
                one.target,
                one.kind,
                one.endpoints.join(", ") || (one.kind === "flat" ? "the target's pods" : "none"),
                <Mark
                  of={one.name === undefined || one.mirrored === false ? "failing" : "well"}
                  text={one.reason ?? (one.name === undefined ? "missing" : "mirrored")}
                />,
              ],
            }))}
          />
        </Part>
      )}
      {federated.length > 0 && (
        <Part title="Federated">
          <Table
            label="Federated Services"
            head={["In", "Name", "Members", "Missing"]}
            rows={federated.map(({ cluster, name, members, missing }) => ({
              key: cluster,
              cells: [
                cluster,
                name,
                members.join(", ") || "none",
                missing.length === 0 ? "–" : <Mark of="failing" text={missing.join(", ")} />,
              ],
            }))}
          />
        </Part>
      )}
      {answers.length > 0 && (
        <Part title="Who answers">
          <Answers answers={answers} />
        </Part>
      )}
      <Part title="The same by kubectl">
        <Commands commands={service.commands} />
      </Part>
    </>
  );
}

function Entry({ entry }: { readonly entry: EntryView }) {
  const { health, kind, rules, answers } = entry;
  return (
    <>
      <Facts
        facts={[
          ["State", <Mark of={health} />],
          ["Route", kind],
        ]}
      />
      {rules.map(({ match, backends }) => (
        <Part key={match ?? ""} title={match ?? "All requests"}>
          <Table
            label="Backends"
            head={["Backend", "Answered by", "Planned"]}
            rows={backends.map(({ service, clusters, part }) => ({
              key: service,
              cells: [service, clusters.join(", "), percent(part)],
            }))}
          />
        </Part>
      ))}
      {answers && (
        <Part title="Who answers">
          <Answers answers={[answers]} />
        </Part>
      )}
      <Part title="The same by kubectl">
        <Commands commands={entry.commands} />
      </Part>
    </>
  );
}

function Answers({ answers }: { readonly answers: readonly AnswersView[] }) {
  return (
    <Table
      label="Who answers"
      head={["Clients in", "Answered by", "Requests", "Success", "p50", "p95", "p99"]}
      rows={answers.map(({ cluster, shares, perSecond, success, p50, p95, p99 }) => ({
        key: cluster,
        cells: [
          cluster,
          shares.map((one) => `${one.cluster} ${percent(one.part)}`).join(", "),
          rate(perSecond),
          percent(success),
          ...[p50, p95, p99].map(milliseconds),
        ],
      }))}
    />
  );
}
