// Two workloads at a steady rate each: `k6 run -e WEB_URL=... -e FN_URL=... -e FN_HOST=... -e RATE=50 -e SECONDS=120
// moves.js`; tests/load/move_run.py drives it.
import http from "k6/http";
import { check } from "k6";

const steady = (exec) => ({
  executor: "constant-arrival-rate",
  exec,
  rate: Number(__ENV.RATE),
  timeUnit: "1s",
  duration: `${__ENV.SECONDS}s`,
  preAllocatedVUs: 50,
  maxVUs: 400,
});

export const options = {
  scenarios: { web: steady("web"), fn: steady("fn") },
  summaryTrendStats: ["med", "p(95)", "p(99)", "max"],
  // Thresholds that always hold: they make k6 keep the numbers of each scenario.
  thresholds: {
    "http_req_duration{scenario:web}": ["max>=0"],
    "http_req_duration{scenario:fn}": ["max>=0"],
    "checks{scenario:web}": ["rate>=0"],
    "checks{scenario:fn}": ["rate>=0"],
  },
};

const is200 = { "is 200": (answer) => answer.status === 200 };

export function web() {
  check(http.get(__ENV.WEB_URL), is200);
}

export function fn() {
  check(http.get(__ENV.FN_URL, { headers: { Host: __ENV.FN_HOST } }), is200);
}

export function handleSummary(data) {
  const found = (scenario) => {
    const checks = data.metrics[`checks{scenario:${scenario}}`].values;
    const durations = data.metrics[`http_req_duration{scenario:${scenario}}`].values;
    return {
      requests: checks.passes + checks.fails,
      failed: checks.fails,
      p95_ms: durations["p(95)"],
      p99_ms: durations["p(99)"],
      longest_ms: durations.max,
    };
  };
  const dropped = data.metrics.dropped_iterations;
  return {
    stdout: JSON.stringify({ web: found("web"), fn: found("fn"), not_sent: dropped ? dropped.values.count : 0 }),
  };
}
