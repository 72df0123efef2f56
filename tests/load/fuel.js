// One path, many users: `k6 run -e URL=... -e REQUESTS=25000 -e USERS=100 fuel.js`; tests/load/fuel_query.py drives it.
import http from "k6/http";
import { check } from "k6";

export const options = {
  scenarios: {
    users: {
      executor: "shared-iterations",
      vus: Number(__ENV.USERS),
      iterations: Number(__ENV.REQUESTS),
      maxDuration: "300s",
    },
  },
  summaryTrendStats: ["avg", "med", "p(95)", "p(99)", "max"],
};

export default function () {
  check(http.get(__ENV.URL, { responseType: "none" }), { "is 200": (answer) => answer.status === 200 });
}

export function handleSummary(data) {
  const metrics = data.metrics;
  return {
    stdout: JSON.stringify({
      requests: metrics.http_reqs.values.count,
      requests_s: metrics.http_reqs.values.rate,
      failed: metrics.checks.values.fails,
      p95_ms: metrics.http_req_duration.values["p(95)"],
    }),
  };
}
