/** The little that tests use of Node and of `ws`, the WebSocket library that socket.io-client brings along. */
declare module "node:vm" {
  export function runInNewContext(code: string, globals: object): unknown;
}

declare module "ws" {
  export interface Peer {
    send(packet: string): void;
    on(event: "message", tell: (data: { toString(): string }) => void): void;
    on(event: "close", tell: () => void): void;
  }

  export class WebSocketServer {
    readonly clients: Set<{ terminate(): void }>;
    constructor(options: { port: number; host: string });
    on(event: "connection", tell: (peer: Peer) => void): void;
    on(event: "listening", tell: () => void): void;
    address(): { port: number };
    close(): void;
  }
}
