import type { ChangeView, CheckView } from "../model.ts";
import { clockOf } from "./format.ts";
import { Mark } from "./parts.tsx";

/** What changed, the newest first. */
export function Timeline({ changes }: { readonly changes: readonly ChangeView[] }) {
  if (changes.length === 0) return <p class="about">Nothing yet, since the first look.</p>;
  return (
    // What scrolls has to be reached by the keyboard.
    <ol class="timeline" tabIndex={0} aria-label="Changes, the newest first">
      {changes.toReversed().map(({ at, kind, subject, text }, index) => (
        <li key={changes.length - index} class={kind}>
          <time dateTime={at}>{clockOf(at)}</time>
          <span aria-hidden="true">{{ worse: "▼", better: "▲", other: "●" }[kind]}</span>
          <span>
            <strong>{subject}</strong> {text}
          </span>
        </li>
      ))}
    </ol>
  );
}

const healths = { passed: "well", failed: "failing", "not run": "unknown" } as const;

export function CheckList({ checks }: { readonly checks: readonly CheckView[] }) {
  return (
    <ul class="plain">
      {checks.map(({ check, state, title, text, mend }) => (
        <li key={check}>
          <Mark of={healths[state]} text={state} /> {title}
          {text !== "" && <span class="about"> {text}</span>}
          {mend !== undefined && <span class="mend">{mend}</span>}
        </li>
      ))}
    </ul>
  );
}
