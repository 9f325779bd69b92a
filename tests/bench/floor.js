// The floor: what a Worker costs that does nothing but answer a constant and log a line.

import { env } from "cloudflare:workers";

const { status, headers, body } = env.ANSWER;
const line = JSON.stringify({ request: "0123456789abcdef01234567", method: "GET", route: "/v1/batch/{job_id}", status, ms: 0 });

export default {
  fetch() {
    console.log(line);
    return new Response(body, { status, headers });
  },
};
