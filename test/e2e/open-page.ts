import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { Deferred } from "../../kubernetes/deferred.ts";
import type { PageModel } from "../../ui/model.ts";

/** The command's process; it never rejects. */
interface PageProcess extends PromiseLike<unknown> {
  readonly pid?: number | undefined;
  readonly stdout: Readable;
  kill(signal: "SIGKILL"): boolean;
}

/** The command's process with one page open, as a browser has it. */
export class OpenPage {
  /** With its token. */
  readonly url: string;
  readonly #child: PageProcess;
  readonly #closing = new AbortController();
  readonly #reading: Promise<void>;
  #shown = new Deferred<PageModel>();
  #model: PageModel | undefined;
  looks = 0;

  private constructor(child: PageProcess, url: string) {
    this.url = url;
    this.#child = child;
    this.#reading = this.#read(url).catch((error: unknown) => {
      this.#shown.reject(error as Error);
    });
  }

  /** @param child prints the page's address first */
  static async open(child: PageProcess): Promise<OpenPage> {
    const address = new Deferred<string>();
    child.stdout.setEncoding("utf8").once("data", address.resolve);
    void child.then(() => {
      address.reject(new Error("the command has ended"));
    });
    return new OpenPage(child, (await address.promise).trim());
  }

  get model(): PageModel {
    assert.ok(this.#model, "the page has shown nothing yet");
    return this.#model;
  }

  /** Waits for the next look. */
  async next(): Promise<PageModel> {
    return this.#shown.promise;
  }

  async #read(url: string): Promise<void> {
    const { body } = await fetch(new URL("events", url), { signal: this.#closing.signal });
    assert.ok(body);
    let text = "";
    for await (const part of body.pipeThrough(new TextDecoderStream())) {
      const events = (text + part).split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) {
        const [, data] = /^event: model\ndata: (.*)$/s.exec(event) ?? [];
        if (data !== undefined) this.#show(JSON.parse(data) as PageModel);
      }
    }
    throw new Error("the page was closed");
  }

  #show(model: PageModel): void {
    this.#model = model;
    this.looks += 1;
    this.#shown.resolve(model);
    this.#shown = new Deferred();
  }

  /** Seconds of a processor that the process has used. */
  async used(): Promise<number> {
    const stat = await readFile(`/proc/${this.#child.pid ?? 0}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // Of the kernel's 100 ticks a second: utime and stime.
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#child.kill("SIGKILL");
    await Promise.all([this.#child, this.#reading]);
  }
}
