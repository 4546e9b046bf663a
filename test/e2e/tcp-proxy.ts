import { once } from "node:events";
import net from "node:net";
import type { AddressInfo } from "node:net";

/** A TCP proxy on this machine, such as a tunnel to a cluster's API server, or address translation before a gateway. */
export class TcpProxy {
  readonly #server: net.Server;
  readonly #connections = new Set<net.Socket>();
  /** How many connections came. */
  connections = 0;

  private constructor(target: URL) {
    // Docker's client ends its side first where it sends something in.
    const allowHalfOpen = true;
    const way =
      target.protocol === "unix:"
        ? { path: target.pathname }
        : { port: Number(target.port), host: target.hostname };
    this.#server = net.createServer({ allowHalfOpen }, (client) => {
      this.connections++;
      const upstream = net.connect({ ...way, allowHalfOpen });
      for (const [one, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.#connections.add(one);
        one.on("error", () => other.destroy());
        one.on("close", () => {
          this.#connections.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  }

  /**
   * @param target URL of the server behind it
   * @param host at which it listens
   */
  static async start(target: string, host = "127.0.0.1"): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(target));
    proxy.#server.listen(0, host);
    await once(proxy.#server, "listening");
    return proxy;
  }

  /** URL at which the server behind it is reached. */
  get url(): string {
    return `https://127.0.0.1:${String(this.port)}`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends its connections too. */
  async stop(): Promise<void> {
    this.#server.close();
    for (const connection of this.#connections) connection.destroy();
    await once(this.#server, "close");
  }
}
