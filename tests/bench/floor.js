// The floor: what a Worker costs that does nothing but answer a constant and log a line, and ask a limiter if it has one.

import { env } from "cloudflare:workers";

const { status, headers, body } = env.ANSWER;
const line = JSON.stringify({ request: "0123456789abcdef01234567", method: "GET", route: "/v1/batch/{job_id}", status, ms: 0 });

function answer() {
  console.log(line);
  return new Response(body, { status, headers });
}

async function limited() {
  await env.LIMITER.limit({ key: "floor" });
  return answer();
}

export default { fetch: env.LIMITER ? limited : answer };
