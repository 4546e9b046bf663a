import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { CommandView, Health, LinkState } from "../model.ts";
import { type Chosen, hashOf } from "./state.ts";

/** A part of the page with its heading. */
export function Section(props: {
  readonly id: string;
  readonly title: string;
  readonly about?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  return (
    <section id={props.id} aria-labelledby={`${props.id}-title`}>
      <header>
        <h2 id={`${props.id}-title`}>{props.title}</h2>
        {props.about !== undefined && <p class="about">{props.about}</p>}
      </header>
      {props.children}
    </section>
  );
}

/** Leads to the details of something. */
export function To(props: Chosen & { readonly children?: ComponentChildren }) {
  return <a href={hashOf(props)}>{props.children ?? props.id}</a>;
}

const marks: Readonly<Record<Health | LinkState, readonly [sign: string, look: string]>> = {
  well: ["✓", "good"],
  alive: ["✓", "good"],
  failing: ["✕", "bad"],
  "not alive": ["✕", "bad"],
  unknown: ["?", "dim"],
  "cut off": ["‖", "dim"],
};

/** How something is, by sign, colour and word. */
export function Mark(props: { readonly of: Health | LinkState; readonly text?: string }) {
  const [sign, look] = marks[props.of];
  return (
    <span class={`mark ${look}`}>
      <span aria-hidden="true">{sign}</span> {props.text ?? props.of}
    </span>
  );
}

/** Command lines that can be copied. */
export function Commands(props: { readonly commands: readonly CommandView[] }) {
  return (
    <dl class="commands">
      {props.commands.map(({ what, line }) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>
            <code>{line}</code>
            <Copy text={line} what={what} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function Copy(props: { readonly text: string; readonly what: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(props.text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <button
      type="button"
      class="copy"
      onClick={() => void copy()}
      aria-label={`Copy: ${props.what}`}
    >
      {copied ? "copied" : "copy"}
    </button>
  );
}

/** A table whose rows become cards where the page is narrow. The first cell names its row. */
export function Table(props: {
  readonly label: string;
  readonly head: readonly string[];
  readonly rows: readonly { readonly key: string; readonly cells: readonly ComponentChildren[] }[];
}) {
  return (
    <table role="table" aria-label={props.label}>
      <thead role="rowgroup">
        <tr role="row">
          {props.head.map((title) => (
            <th key={title} role="columnheader" scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {props.rows.map(({ key, cells }) => (
          <tr key={key} role="row">
            {cells.map((cell, index) =>
              index === 0 ? (
                <th key={index} role="rowheader" scope="row">
                  {cell}
                </th>
              ) : (
                <td key={index} role="cell" data-label={props.head[index]}>
                  {cell}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
