import { useMemo } from "preact/hooks";
import type { ChangeView, CheckView, PageModel } from "../model.ts";
import { Details } from "./details.tsx";
import { ago, dayOf, isNear, milliseconds, percent, rate, until } from "./format.ts";
import { aboutFigures, silentPrometheus } from "./sources.ts";
import { useChosen, useNow } from "./hooks.ts";
import { CheckList, Timeline } from "./lists.tsx";
import { MeshMap } from "./map.tsx";
import { Copy, Mark, Section, Table, To } from "./parts.tsx";
import type { PageState } from "./state.ts";

export function App({ state }: { readonly state: PageState }) {
  const { model, changes, points } = state;
  const chosen = useChosen();
  return (
    <>
      <Top state={state} />
      {model === undefined ? (
        <main>
          <p class="alone" role="status">
            {state.server.state === "failed" ? state.server.message : "Looking at the clusters …"}
          </p>
        </main>
      ) : (
        <>
          <main>
            <Mesh model={model} changes={changes} />
          </main>
          {chosen && <Details chosen={chosen} model={model} points={points} changes={changes} />}
        </>
      )}
      <Newest changes={changes} />
    </>
  );
}

/** The name of the mesh, how it is, and how old that is. */
function Top({ state }: { readonly state: PageState }) {
  const { model, server, connected } = state;
  const now = useNow();
  if (model !== undefined) document.title = `${model.topology} – linkerd-topology`;
  const failed = model?.checks.filter((one) => one.state === "failed").length ?? 0;
  const passed = model?.checks.filter((one) => one.state === "passed").length ?? 0;
  return (
    <header class="top">
      <h1>{model?.topology ?? "linkerd-topology"}</h1>
      {model && (
        <a
          class={`verdict ${failed === 0 ? "good" : "bad"}`}
          href={failed === 0 ? "#checks" : "#problems"}
        >
          <Mark
            of={failed === 0 ? "well" : "failing"}
            text={
              failed === 0
                ? `in order: ${passed} checks passed`
                : `${failed} ${failed === 1 ? "check" : "checks"} failed, ${passed} passed`
            }
          />
        </a>
      )}
      <p class="about">
        {!connected
          ? "The command has ended, or can't be reached. What you see is old."
          : server.state === "failed"
            ? `Can't look: ${server.message ?? ""}`
            : model && (
                <>
                  {ago(Date.parse(model.observedAt), now)}
                  {server.state === "looking" && ", looking again …"}
                </>
              )}
      </p>
    </header>
  );
}

function Mesh(props: { readonly model: PageModel; readonly changes: readonly ChangeView[] }) {
  const { model, changes } = props;
  const failed = model.checks.filter(({ state }) => state === "failed");
  const notices = noticesIn(model.checks);
  return (
    <>
      {model.dataPlane === "none" && (
        <p class="note" role="note">
          This mesh has no data plane: what runs in the place of Linkerd's proxies answers health
          checks and carries no traffic. So there are no requests, success rates or latencies of
          Services.
        </p>
      )}
      {silentPrometheus(model.clusters).map(({ name, why }) => (
        <p class="note" role="note" key={name}>
          {name}: {why}. The figures of this cluster are those of its proxies.
        </p>
      ))}
      {failed.length > 0 && <Problems failed={failed} />}
      <div class="columns">
        <Section id="map" title="Map" about={sizeOf(model)}>
          <MeshMap model={model} />
        </Section>
        <Section id="changes" title="What changed">
          <Timeline changes={changes} />
        </Section>
      </div>
      <Section id="links" title="Links" about={aboutFigures(model.clusters)}>
        <Links model={model} />
      </Section>
      <Section id="services" title="Exported Services">
        <Services model={model} />
      </Section>
      {model.entries.length > 0 && (
        <Section id="traffic" title="Traffic" about="Planned and present shares of the clusters.">
          <Entries model={model} />
        </Section>
      )}
      <Section id="clusters" title="Clusters, versions, certificates">
        <Clusters model={model} />
        <Anchors model={model} />
      </Section>
      {notices.length > 0 && (
        <Section id="notices" title="Good to know">
          <ul class="plain">
            {notices.map(({ subject, notice = "" }) => (
              <li key={notice}>
                <strong>{subject}</strong>: {notice}
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section id="checks" title="All checks" about={countsOf(model.checks)}>
        <Checks checks={model.checks} />
      </Section>
    </>
  );
}

function sizeOf({ clusters, links, found }: PageModel): string {
  const made = found ? "; others made this mesh" : "";
  return `${clusters.length} clusters, ${links.length} Links${made}`;
}

function countsOf(checks: readonly CheckView[]): string {
  const count = (wanted: CheckView["state"]): number =>
    checks.filter(({ state }) => state === wanted).length;
  return `${count("passed")} passed, ${count("failed")} failed, ${count("not run")} not run`;
}

/** Each once, with all that it is about. */
function noticesIn(checks: readonly CheckView[]): readonly CheckView[] {
  const found = new Map<string, CheckView>();
  for (const one of checks) {
    if (one.notice === undefined) continue;
    const known = found.get(one.notice);
    const subject = known === undefined ? one.subject : `${known.subject}, ${one.subject}`;
    found.set(one.notice, { ...one, subject });
  }
  return [...found.values()];
}

function Problems({ failed }: { readonly failed: readonly CheckView[] }) {
  return (
    <Section id="problems" title="What is wrong">
      <ul class="problems">
        {failed.map(({ check, subject, title, text, mend = "" }) => (
          <li key={`${check} ${subject}`}>
            <h3>
              <Subject name={subject} />: {title}
            </h3>
            <p>{text}</p>
            <p class="mend">
              <span>{mend}</span>
              <Copy text={commandIn(mend) ?? mend} what={`how to mend ${subject}: ${title}`} />
            </p>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** What can be pasted into a shell, where the advice ends with it. */
function commandIn(mend: string): string | undefined {
  return /(?:^|: )(kubectl .+?)\.?$/.exec(mend)?.[1];
}

/** A Link or a cluster leads to its details; the mesh as a whole has none. */
function Subject({ name }: { readonly name: string }) {
  if (name.includes(" → ")) return <To kind="link" id={name} />;
  return <To kind="cluster" id={name} />;
}

function Links({ model }: { readonly model: PageModel }) {
  return (
    <Table
      label="Links"
      head={[
        "Link",
        "State",
        "Mode",
        "Gateway",
        "Requests",
        "Success",
        "p50",
        "p95",
        "p99",
        "Mirrors",
      ]}
      rows={model.links.map(({ id, state, mode, latencyMilliseconds, traffic, mirrors }) => ({
        key: id,
        cells: [
          <To kind="link" id={id} />,
          <Mark of={state} />,
          mode,
          milliseconds(latencyMilliseconds),
          rate(traffic?.perSecond),
          percent(traffic?.success),
          milliseconds(traffic?.p50),
          milliseconds(traffic?.p95),
          milliseconds(traffic?.p99),
          mirrors,
        ],
      }))}
    />
  );
}

function Services({ model }: { readonly model: PageModel }) {
  if (model.services.length === 0) return <p>Nothing is exported.</p>;
  return (
    <Table
      label="Exported Services"
      head={[
        "Service",
        "State",
        "Exported by",
        "Mirrors",
        "Federated",
        "Requests",
        "Success",
        "p95",
      ]}
      rows={model.services.map(({ id, health, exports, mirrors, federated, answers }) => ({
        key: id,
        cells: [
          <To kind="service" id={id} />,
          <Mark of={health} />,
          exports.map(({ cluster, as }) => `${cluster} (${as.join(", ")})`).join(", ") || "–",
          mirrors.filter(({ name }) => name !== undefined).length,
          federated.length === 0 ? "–" : `in ${federated.length} clusters`,
          rate(
            answers.length === 0
              ? undefined
              : answers.reduce((sum, { perSecond }) => sum + perSecond, 0),
          ),
          percent(
            worst(
              answers.map(({ success }) => success),
              Math.min,
            ),
          ),
          milliseconds(
            worst(
              answers.map(({ p95 }) => p95),
              Math.max,
            ),
          ),
        ],
      }))}
    />
  );
}

/** Of clients in several clusters those that fare worst. */
function worst(
  values: readonly (number | undefined)[],
  choose: (...values: number[]) => number,
): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : choose(...known);
}

function Entries({ model }: { readonly model: PageModel }) {
  return (
    <Table
      label="Traffic"
      head={["Clients and Service", "State", "Planned", "At present", "Requests", "Success", "p95"]}
      rows={model.entries.map(({ id, health, rules, answers }) => ({
        key: id,
        cells: [
          <To kind="entry" id={id} />,
          <Mark of={health} />,
          rules.map(({ match, backends }) => (
            <div key={match ?? ""}>
              {match !== undefined && `${match}: `}
              {backends
                .map(({ clusters, part }) => `${clusters.join(" or ")} ${percent(part)}`)
                .join(", ")}
            </div>
          )),
          answers?.shares.map(({ cluster, part }) => `${cluster} ${percent(part)}`).join(", ") ??
            "–",
          rate(answers?.perSecond),
          percent(answers?.success),
          milliseconds(answers?.p95),
        ],
      }))}
    />
  );
}

function Clusters({ model }: { readonly model: PageModel }) {
  const now = useNow();
  return (
    <Table
      label="Clusters"
      head={[
        "Cluster",
        "State",
        "Kubernetes",
        "Control plane",
        "Proxies",
        "Workloads",
        "Issuer ends",
      ]}
      rows={model.clusters.map(({ name, health, reachable, kubernetes, releases, issuer }) => ({
        key: name,
        cells: [
          <To kind="cluster" id={name} />,
          <Mark of={health} text={reachable ? health : "no answer"} />,
          kubernetes ?? "–",
          releases?.controlPlane.join(", ") || "–",
          releases?.proxies.join(", ") || "–",
          releases === undefined
            ? "–"
            : releases.behind.length === 0
              ? "no skew"
              : `${releases.behind.length} with another proxy`,
          issuer === undefined ? (
            "–"
          ) : (
            <span class={isNear(issuer.ends, now) ? "bad" : ""}>
              {dayOf(issuer.ends)} ({until(issuer.ends, now)})
            </span>
          ),
        ],
      }))}
    />
  );
}

function Anchors({ model }: { readonly model: PageModel }) {
  const now = useNow();
  const all = model.clusters.length;
  return (
    <Table
      label="Trust anchors"
      head={["Trust anchor", "Fingerprint", "Ends", "Trusted by"]}
      rows={model.anchors.map(({ subject, fingerprint, expires, clusters }) => ({
        key: fingerprint,
        cells: [
          subject,
          <code title={fingerprint}>{fingerprint.slice(0, 23)}…</code>,
          <span class={isNear(expires, now) ? "bad" : ""}>
            {dayOf(expires)} ({until(expires, now)})
          </span>,
          clusters.length === all ? `all ${all} clusters` : clusters.join(", "),
        ],
      }))}
    />
  );
}

/** Tells screen readers what changed. */
function Newest({ changes }: { readonly changes: readonly ChangeView[] }) {
  const last = changes.at(-1);
  return (
    <p class="unseen" role="status">
      {last && `${last.subject}: ${last.text}`}
    </p>
  );
}

/** Folded by what they are about: a mesh of seven clusters has hundreds. */
function Checks({ checks }: { readonly checks: readonly CheckView[] }) {
  const groups = useMemo(() => {
    const found = new Map<string, CheckView[]>();
    for (const one of checks) found.set(one.subject, [...(found.get(one.subject) ?? []), one]);
    return [...found];
  }, [checks]);
  return (
    <div class="checks">
      {groups.map(([subject, own]) => (
        <details key={subject}>
          <summary>
            {subject} <span class="about">{countsOf(own)}</span>
          </summary>
          <CheckList checks={own} />
        </details>
      ))}
    </div>
  );
}
