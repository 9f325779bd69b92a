import { createServer, type Socket } from "node:net";
import { once } from "node:events";
import type { TestContext } from "node:test";
import { BatchClient } from "../src/index.ts";

export const JOB = "job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b";

/** What came in. */
export interface Received {
  head: string;
  body: string;
  at: number;
}

/** An answer as it goes over the wire. */
export function answer(status: number, head: string, body: string): string {
  const length = Buffer.byteLength(body);
  return `HTTP/1.1 ${status} Said\r\nContent-Length: ${length}\r\nX-Request-Id: req-7\r\nConnection: close\r\n${head}\r\n${body}`;
}

export function job(status: string): string {
  return JSON.stringify({ id: JOB, status, received: 1, imported: 0, failed: 0, errors: [] });
}

export function refusal(code: string): string {
  return JSON.stringify({ code, message: "Not now." });
}

/** A server that writes one text after another and closes, and goes on with the last; `undefined` never answers. */
export async function serve(
  test: TestContext,
  ...replies: (string | undefined)[]
): Promise<{ received: Received[]; url: string; client: (patience?: number) => BatchClient }> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const came: Buffer[] = [];
    let [bytes, wanted] = [0, 0];
    socket.on("error", () => {});
    socket.on("data", (data) => {
      came.push(data);
      bytes += data.length;
      if (bytes < wanted) return;
      const text = Buffer.concat(came).toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) return;
      const [head, body] = [text.slice(0, end), text.slice(end + 4)];
      wanted = end + 4 + Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
      if (bytes < wanted) return;
      received.push({ head, body, at: performance.now() });
      const reply = replies.length > 1 ? replies.shift() : replies[0];
      if (reply !== undefined) socket.end(reply);
    });
  });
  test.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  return { received, url, client: (patience = 20) => new BatchClient(url, "kor_self_test", { patience }) };
}
