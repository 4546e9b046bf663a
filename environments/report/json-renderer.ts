import type { ReportEvent } from "./events.ts";
import { forPrograms } from "../../system/print.ts";
import type { Renderer } from "./renderer.ts";

/** One JSON object per line; see {@link ReportEvent}. */
export class JsonRenderer implements Renderer {
  readonly #out: { write(text: string): void };

  constructor(out: { write(text: string): void }) {
    this.#out = out;
  }

  event(event: ReportEvent): void {
    this.#out.write(`${forPrograms(event)}\n`);
  }
}
