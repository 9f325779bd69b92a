// The floor: what a Worker costs that does nothing but answer a constant.

import { env } from "cloudflare:workers";

const { status, headers, body } = env.ANSWER;

export default {
  fetch: () => new Response(body, { status, headers }),
};
